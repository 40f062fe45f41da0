import { startWorld } from '../support/world.ts';
import { insertObjects, type MeasuredRun, measureRun } from './fleet.ts';
import { type Finding, shown } from './report.ts';

const count = 2000;

/** The first synchronisation of a fleet, and the same again with nothing changed. */
export async function measureFirstSync(): Promise<Finding> {
  const world = await startWorld({ portal: { latency: 'fast' } });
  try {
    const tenant = await world.addTenant();
    await insertObjects(world, tenant, count);
    await world.connect(tenant);
    const first = await measureRun(world, tenant);
    if (first.created !== count) throw new Error(`Only ${first.created} of ${count} were created`);
    const again = await measureRun(world, tenant);
    const refused = world.portal.limits.counts.rateRefusals + world.portal.limits.counts.timeRefusals;
    return {
      title: `First synchronisation of ${shown(count)} objects`,
      how: "real limits with their burst; the portal's seconds are accounted, not waited for",
      lines: [
        ...describe('first run', first),
        ...describe('run with nothing changed', again),
        { what: 'refusals by the portal for its limits', value: shown(refused) },
      ],
    };
  } finally {
    await world.stop();
  }
}

function describe(what: string, { seconds, requests, writes }: MeasuredRun) {
  const rate = `${shown(count / seconds)} records/s`;
  return [{ what, value: `${rate}, ${shown(requests)} requests, ${shown(writes)} writes, ${shown(seconds)} s` }];
}
