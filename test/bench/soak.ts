import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { makeRandom } from './random.ts';
import { makeDeletes } from './soak-deletes.ts';
import { makeEdits, makeFaults } from './soak-edits.ts';
import { findDifferences } from './soak-verdict.ts';
import { type SoakWorld, startSoakWorld } from './soak-world.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1e9);
const restMs = 180_000;

/** Everything that waits is due, and nothing is left to be done or decided. */
async function comeToRest(world: SoakWorld): Promise<number> {
  let retried = 0;
  await eventually(
    async () => {
      const failed = await world.sql<{ id: number; tenant_id: number }>(
        `select id, tenant_id from integration_errors where status = 'failed'`,
      );
      for (const { id, tenant_id: tenantId } of failed) {
        const tenant = world.tenants.find((candidate) => candidate.id === tenantId);
        if (tenant) await world.call(tenant, 'POST', `/api/integration/errors/${id}/retry`);
        retried += 1;
      }
      await world.portal.events.settled();
      const queued = await world.sql(
        'select entity, side, record_id, attempts, due_at, reason from sync_queue limit 5',
      );
      if (queued.length > 0 || failed.length > 0) throw new Error(`Still to do: ${JSON.stringify(queued)}`);
    },
    { timeoutMs: restMs, everyMs: 500 },
  );
  return retried;
}

/** Until no job of this name is left. */
async function sweepDeletions(world: SoakWorld): Promise<void> {
  await world.wakeDeletionSweeps();
  await eventually(
    async () => {
      const jobs = await world.sql(`select 1 from graphile_worker.jobs where task_identifier = 'deletion_sweep'`);
      return jobs.length === 0;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  await comeToRest(world);
}

/** Sweeps look five minutes back: two of them after the last edit find whatever events missed. */
async function sweepEverything(world: SoakWorld): Promise<void> {
  for (let n = 0; n < 2; n++) {
    const [before] = await world.sql<{ now: Date }>('select now()');
    await world.sql('update bitrix24_connections set next_sweep_at = now()');
    await eventually(
      async () => {
        const [swept] = await world.sql<{ count: number }>(
          'select count(*)::int as count from sync_watermarks where seen_until >= $1',
          [before?.now],
        );
        return swept?.count === world.tenants.length * 3;
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
    await comeToRest(world);
  }
}

async function main(): Promise<boolean> {
  const random = makeRandom(seed);
  console.log(`Soak of ${minutes} minutes, seed ${seed}`);
  const world = await startSoakWorld({ tenants: 2, random: random.next });
  try {
    const edits = makeEdits(world, random);
    const deletes = makeDeletes(world, random);
    const faults = makeFaults(world, random);
    await edits.insertSome(20);
    faults.begin();
    const until = Date.now() + minutes * 60_000;
    let edited = 0;
    const editing = (async () => {
      for (; Date.now() < until; edited++) {
        await (random.once(15) ? deletes : edits).one();
        await sleep(5 + random.integer(60));
      }
    })();
    while (Date.now() < until) {
      await faults.one();
      await sleep(500 + random.integer(2000));
    }
    await editing;
    faults.end();
    const restingFrom = Date.now();
    const retried = await comeToRest(world);
    await sweepDeletions(world);
    await sweepEverything(world);
    const restSeconds = ((Date.now() - restingFrom) / 1000).toFixed(1);

    const differences = (await Promise.all(world.tenants.map((tenant) => findDifferences(world, tenant)))).flat();
    world.portal.journal.clear();
    for (const tenant of world.tenants) {
      const body = { sync_objects: true, sync_users: true, sync_contracts: true, wait: true };
      await world.call(tenant, 'POST', '/api/integration/bitrix24/sync/to', body);
    }
    const writes = world.portal.journal.calls({ write: true });
    if (writes.length > 0)
      differences.push(`A run over equal sides wrote ${writes.length} times: ${JSON.stringify(writes[0]?.params)}`);

    const [counts] = await world.sql(
      `select (select count(*)::int from objects) as objects, (select count(*)::int from users) as users,
              (select count(*)::int from contracts) as contracts, (select count(*)::int from sync_conflicts) as conflicts,
              (select count(*)::int from sync_log) as changes`,
    );
    console.log({
      seed,
      edited,
      ...counts,
      retriedByHand: retried,
      restSeconds,
      deletes: deletes.counts,
      faults: faults.counts,
    });
    for (const difference of differences.slice(0, 30)) console.log(`  ${difference}`);
    console.log(
      differences.length === 0
        ? 'Both sides are equal'
        : `${differences.length} differences; the app's log: ${world.logFile}`,
    );
    return differences.length === 0;
  } finally {
    await world.stop();
  }
}

process.exitCode = (await main()) ? 0 : 1;
