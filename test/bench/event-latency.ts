import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { installingIn } from '../support/installing.ts';
import { startWorld, type World } from '../support/world.ts';
import { percentile } from './counting.ts';
import { insertObjects } from './fleet.ts';
import { type Finding, shown } from './report.ts';

const edits = 200;
const deals = 20;

/** From a person's edit of a deal in the portal to the committed row of the CRM, one edit after the other. */
export async function measureEventLatency(): Promise<Finding> {
  const lines = [];
  for (const mode of ['webhook', 'application'] as const) {
    const times = await measure(mode);
    const value = `p50 ${shown(percentile(times, 0.5))} ms, p99 ${shown(percentile(times, 0.99))} ms`;
    lines.push({ what: mode === 'webhook' ? 'connected by webhooks' : 'installed application', value });
  }
  return {
    title: 'From an event to the change in the CRM',
    how: `${edits} single edits on an idle portal, none waits for the request limit; 20 ms of each are the portal's own`,
    lines,
  };
}

async function measure(mode: 'webhook' | 'application'): Promise<number[]> {
  const world = await startWorld({
    apps: mode === 'application',
    portal: { switches: { rateLimited: false } },
    bucket: { size: 1e6, drain: 1e6 },
  });
  const listener = new pg.Client({ connectionString: world.databaseUrl });
  try {
    const tenant = await world.addTenant();
    if (mode === 'application') await installingIn(world).install(tenant);
    else await world.connectWithEvents(tenant);
    await insertObjects(world, tenant, deals);
    await world.settled();
    await listener.connect();
    await announceRenames(world, listener);
    const times: number[] = [];
    for (let n = 0; n < edits; n++) {
      const id = 1 + (n % deals);
      const title = `Правка ${n}`;
      const changed = once(listener, 'notification', { signal: AbortSignal.timeout(10_000) });
      const startedAt = performance.now();
      world.portal.records('deal').update(id, { TITLE: title });
      const [{ payload }] = (await changed) as [pg.Notification];
      times.push(performance.now() - startedAt);
      if (payload !== title) throw new Error(`Expected «${title}», got «${payload}»`);
      // The pass has ended when the next edit comes.
      await sleep(20);
    }
    return times;
  } finally {
    await listener.end();
    await world.stop();
  }
}

/** The database itself tells of each committed change. */
async function announceRenames(world: World, listener: pg.Client): Promise<void> {
  await world.sql(`create function bench_announce() returns trigger language plpgsql as
    $$ begin perform pg_notify('bench', new.name); return null; end $$`);
  await world.sql(`create trigger bench_announce after update on objects for each row
    when (old.name is distinct from new.name) execute function bench_announce()`);
  await listener.query('listen bench');
}
