import { setTimeout as sleep } from 'node:timers/promises';
import { budget } from '../../app/bitrix24/limits/pacer.ts';
import { secondsOf } from '../portal/latency.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld } from '../support/world.ts';
import { insertObjects } from './fleet.ts';
import { type Finding, percent, shown } from './report.ts';

const windowMs = 25_000;
/** Records that a portal creates in a second for as long as one likes: 480 seconds of execution in 600. */
const maximum = 480 / 600 / secondsOf('fast', 'crm.item.add');

/** How much of what the portal bears for ever is used once its burst is spent. */
export async function measureSustained(): Promise<Finding> {
  const world = await startWorld({ portal: { latency: 'fast', switches: { virtualSeconds: false } } });
  try {
    const tenant = await world.addTenant();
    await insertObjects(world, tenant, 3000);
    await world.connect(tenant);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_objects: true });
    const made = () => world.portal.records('deal').list().length;
    await eventually(() => made() > 50);
    // As after minutes of creating.
    await world.sql(`update portal_limits set level = $1, refreshed_at = now() where lane = 'method:crm.item.add'`, [
      budget,
    ]);
    // What was under way already comes to its end.
    await sleep(5000);
    const before = made();
    const startedAt = performance.now();
    await sleep(windowMs);
    const rate = ((made() - before) * 1000) / (performance.now() - startedAt);
    const { rateRefusals, timeRefusals } = world.portal.limits.counts;
    return {
      title: 'Creating when the burst is spent',
      how: `${windowMs / 1000} s; a portal that needs ${secondsOf('fast', 'crm.item.add') * 1000} ms for each, and takes them`,
      lines: [
        { what: "share of the portal's own sustained maximum", value: percent(rate / maximum) },
        { what: 'records/s of what is possible', value: `${shown(rate)} of ${shown(maximum)}` },
        { what: 'refusals by the portal for its limits', value: shown(rateRefusals + timeRefusals) },
      ],
    };
  } finally {
    await world.stop();
  }
}
