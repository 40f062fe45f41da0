import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeRandom, type Random } from './random.ts';
import { makeAttackers } from './soak-attackers.ts';
import { findReopened } from './soak-closed.ts';
import type { SoakMode } from './soak-connect.ts';
import { makeDeletes } from './soak-deletes.ts';
import { makeEdits } from './soak-edits.ts';
import { makeFaults } from './soak-faults.ts';
import { listMissing } from './soak-missing.ts';
import { byHand, comeToRest, searchAll, sweepChanges } from './soak-rest.ts';
import { findDifferences, findForeign } from './soak-verdict.ts';
import { type SoakWorld, startSoakWorld } from './soak-world.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string' },
    app: { type: 'boolean', default: false },
    webhook: { type: 'boolean', default: false },
    /** Strangers flood, guess, stream and write slow texts meanwhile. */
    attackers: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1e9);
const mode = modeOf();

/** Two sweeps for changes, and more. */
const quietMs = 12_000;

/** As asked, or by the seed. */
function modeOf(): SoakMode {
  if (values.app === values.webhook) return seed % 2 === 1 ? 'app' : 'webhook';
  return values.app ? 'app' : 'webhook';
}

/** Edits, deletions and faults until the time is over; returns how many edits, and what else happened. */
async function disturb(world: SoakWorld, random: Random) {
  const edits = makeEdits(world, random);
  const deletes = makeDeletes(world, random);
  const attackers = values.attackers ? await makeAttackers(world, random) : null;
  const faults = makeFaults(world, random, { ledger: edits.ledger, attacks: attackers?.kinds ?? {} });
  await edits.insertSome(12);
  faults.begin();
  const until = Date.now() + minutes * 60_000;
  let edited = 0;
  async function edit(): Promise<void> {
    for (; Date.now() < until; edited++) {
      await (random.once(8) ? deletes : edits).one();
      await sleep(5 + random.integer(60));
    }
  }
  async function fail(group: (typeof faults.groups)[number]): Promise<void> {
    while (Date.now() < until) {
      await sleep(random.integer(group === 'people' ? 15_000 : 500));
      await faults.one(group);
      await sleep(1000 + random.integer(2000));
    }
  }
  await Promise.all([edit(), ...faults.groups.map(fail)]);
  faults.end();
  await attackers?.stop();
  const typed = edits.ledger.all.length;
  const counts = { edited, typed, merges: edits.merges, deletes: deletes.counts, faults: faults.counts };
  const { ledger, merged, closed } = edits;
  const done = { ledger, merged, closed, takenBack: deletes.takenBack };
  const attacked = attackers && { strangers: attackers.answers };
  return { done, counts: { ...counts, ...attacked, missingFaults: faults.missing() } };
}

/** What is wrong when everything has come to rest. */
async function judge(world: SoakWorld, done: Awaited<ReturnType<typeof disturb>>['done']): Promise<string[]> {
  const { ledger, closed } = done;
  const found = (await Promise.all(world.tenants.map((tenant) => findDifferences(world, tenant, done)))).flat();
  found.push(...(await findForeign(world)), ...(await listMissing(world, ledger)), ...findReopened(closed));
  for (const { journal } of world.portals) journal.clear();
  const before = await countChanges(world);
  await sleep(quietMs);
  tellWrites('A quiet time');
  for (const tenant of world.tenants) {
    const body = { sync_objects: true, sync_users: true, sync_contracts: true, wait: true };
    await world.call(tenant, 'POST', '/api/integration/bitrix24/sync/to', body);
  }
  tellWrites('A run over equal sides');
  const after = await countChanges(world);
  if (after !== before) found.push(`The log has ${after - before} changes more after a quiet time`);
  return found;

  function tellWrites(when: string): void {
    const writes = world.portals
      .flatMap(({ journal }) => journal.calls({ write: true }))
      .filter(({ method }) => method.startsWith('crm.'));
    if (writes.length > 0) found.push(`${when} wrote ${writes.length} times: ${JSON.stringify(writes[0]?.params)}`);
    for (const { journal } of world.portals) journal.clear();
  }
}

async function countChanges({ sql }: SoakWorld): Promise<number> {
  const [row] = await sql<{ count: number }>('select count(*)::int as count from sync_log');
  return row?.count ?? 0;
}

async function main(): Promise<boolean> {
  const random = makeRandom(seed);
  console.log(`Soak of ${minutes} minutes, seed ${seed}, connected by ${mode}`);
  const world = await startSoakWorld({ tenants: 2, random, mode });
  try {
    return await Promise.race([soak(world, random), world.app.died]);
  } catch (error) {
    console.log(`The app's log: ${world.logFile}`);
    throw error;
  } finally {
    await world.stop();
  }
}

/** Returns whether both sides are equal in the end. */
async function soak(world: SoakWorld, random: Random): Promise<boolean> {
  const { done, counts: disturbed } = await disturb(world, random);
  const restingFrom = Date.now();
  const decision = random.pick(['confirm', 'restore'] as const);
  await comeToRest(world, decision);
  await searchAll(world, 'deletion_sweep');
  await comeToRest(world, decision);
  // An event that was lost may be kept by the portal still.
  if (world.mode === 'app') await searchAll(world, 'offline');
  await comeToRest(world, decision);
  // They look five minutes back: two of them after the last edit find whatever events missed.
  for (let n = 0; n < 2; n++) {
    await sweepChanges(world);
    await comeToRest(world, decision);
  }
  const restSeconds = ((Date.now() - restingFrom) / 1000).toFixed(1);
  const differences = await judge(world, done);
  const [counts] = await world.sql(
    `select (select count(*)::int from objects) as objects, (select count(*)::int from users) as users,
            (select count(*)::int from contracts) as contracts, (select count(*)::int from sync_conflicts) as conflicts,
            (select count(*)::int from sync_log) as changes`,
  );
  console.log({ seed, mode, ...counts, ...disturbed, byHand, overwrittenUnseen: world.looks.unseen, restSeconds });
  for (const difference of differences.slice(0, 60)) console.log(`  ${difference}`);
  console.log(
    differences.length === 0
      ? 'Both sides are equal, and nothing that was typed is missing'
      : `${differences.length} differences; the app's log: ${world.logFile}`,
  );
  return differences.length === 0;
}

process.exitCode = (await main()) ? 0 : 1;
