import { setTimeout as sleep } from 'node:timers/promises';
import { secondsOf } from '../portal/latency.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';
import { insertObjects, measureRun } from './fleet.ts';
import { startAppInOwnProcess } from './own-process.ts';
import { type Finding, shown } from './report.ts';

const count = 3000;
const workers = 8;
/** Requests that leave at once, and a second afterwards (settings/performance/limits.md, 2026-08). */
const burst = 50;
const perSecond = 2;
const restMs = 15_000;

/** A first load on a portal that takes its time and works on eight requests at once, against what its limits alone would take. */
export async function measureFirstLoad(): Promise<Finding> {
  const world = await startWorld({
    startApp: startAppInOwnProcess,
    portal: { latency: 'fast', switches: { virtualSeconds: false, workers } },
  });
  try {
    const tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Первый')`, [tenant.id]);
    await world.settled();
    await world.sql(`update companies set settings = '{"automatic":{"object":false}}'`);
    await insertObjects(world, tenant, count);
    // What the set-up has asked is forgotten by the portal's limit: a load is not started in the same second.
    await sleep(restMs);
    await world.sql(`update companies set settings = '{}'`);
    const [run, editMs] = await Promise.all([measureRun(world, tenant), measureEdit(world, tenant)]);
    const work = (count * secondsOf('fast', 'crm.item.add')) / workers;
    const pace = Math.max(0, (count / 50 - burst) / perSecond);
    const floor = Math.max(work, pace);
    const origins = world.portal
      .records('deal')
      .list()
      .map(({ ORIGIN_ID }) => ORIGIN_ID);
    const { rateRefusals, timeRefusals } = world.portal.limits.counts;
    return {
      title: `First load of ${shown(count)} objects on a portal with ${workers} workers`,
      how: `${secondsOf('fast', 'crm.item.add') * 1000} ms a create, waited for; the portal rested before; events are delivered; the app in a process of its own`,
      lines: [
        { what: 'seconds', value: shown(run.seconds) },
        { what: "of the portal's own floor", value: `${shown(run.seconds / floor)} × ${shown(floor)} s` },
        { what: "a person's edit in the middle of it, to the deal", value: `${shown(editMs)} ms` },
        { what: 'requests', value: shown(run.requests) },
        { what: 'requests at once, at most', value: shown(world.portal.workers.maxAtOnce) },
        { what: 'doubled deals', value: shown(origins.length - new Set(origins).size) },
        { what: 'refusals by the portal for its limits', value: shown(rateRefusals + timeRefusals) },
      ],
    };
  } finally {
    await world.stop();
  }
}

/** One object is renamed while the load is under way; ms until its deal says so. */
async function measureEdit(world: World, tenant: Tenant): Promise<number> {
  await eventually(() => world.portal.records('deal').list().length > count / 4, { timeoutMs: 60_000, everyMs: 200 });
  const startedAt = performance.now();
  await world.sql(`update objects set name = 'Изменён посреди' where id = 1`);
  await eventually(async () => (await world.remoteOf(tenant, 'object', 1))?.TITLE === 'Изменён посреди', {
    timeoutMs: 60_000,
    everyMs: 20,
  });
  return performance.now() - startedAt;
}
