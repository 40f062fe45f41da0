import { startWorld } from '../support/world.ts';
import { insertObjects } from './fleet.ts';
import { type Finding, shown } from './report.ts';

const deals = 500;
const rounds = 10;

/** Every deal of a portal is edited many times at once, as by an import or a robot. */
export async function measureEventStorm(): Promise<Finding> {
  const world = await startWorld();
  try {
    const tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await insertObjects(world, tenant, deals);
    await world.settled(60_000);
    world.portal.journal.clear();
    const requestsBefore = world.portal.limits.counts.requests;
    const startedAt = performance.now();
    for (let round = 1; round <= rounds; round++) {
      for (let id = 1; id <= deals; id++) world.portal.records('deal').update(id, { TITLE: `Раунд ${round}, ${id}` });
    }
    await world.portal.events.settled();
    const storedAfter = (performance.now() - startedAt) / 1000;
    await world.settled(60_000);
    const equalAfter = (performance.now() - startedAt) / 1000;
    const events = world.portal.journal.entries.filter(({ kind }) => kind === 'event');
    const refused = events.filter(({ status }) => status !== 200).length;
    const wrong = await world.sql(`select 1 from objects where name <> $1 || id`, [`Раунд ${rounds}, `]);
    if (wrong.length > 0) throw new Error(`${wrong.length} objects differ from their deals`);
    return {
      title: `Storm of ${shown(deals * rounds)} events on ${deals} deals`,
      how: '20 deliveries at once; both sides compared afterwards',
      lines: [
        { what: 'events stored before their 200', value: `${shown(events.length / storedAfter)}/s` },
        { what: 'answered with something else', value: shown(refused) },
        {
          what: 'requests used to read the deals',
          value: shown(world.portal.limits.counts.requests - requestsBefore),
        },
        { what: 'both sides equal after', value: `${shown(equalAfter)} s` },
      ],
    };
  } finally {
    await world.stop();
  }
}
