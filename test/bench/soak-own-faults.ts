import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { eventually } from '../support/eventually.ts';
import type { Random } from './random.ts';
import type { FaultKinds } from './soak-faults.ts';
import { decideHeld } from './soak-rest.ts';
import type { SoakWorld } from './soak-world.ts';

/** What goes wrong with our process, with its database, and through other programs that use it: each resolves when it is over. */
export function makeOwnFaults(world: SoakWorld, random: Random): FaultKinds {
  const { app, proxy } = world;
  const seconds = (from: number, to: number) => sleep(1000 * (from + random.integer(to - from + 1)));

  const restart = (end: () => Promise<void>) => async () => {
    await end();
    await sleep(random.integer(300));
    await app.start();
  };

  const loseDatabase = (lose: () => void) => async () => {
    lose();
    await seconds(2, 5);
    proxy.restore();
  };

  /** Another program's transaction that stays open for some seconds. */
  const hold = (work: (session: pg.Client) => Promise<unknown>, end: 'commit' | 'rollback') => async () => {
    const session = await world.openSession();
    try {
      await session.query('begin');
      await work(session);
      await seconds(1, 4);
      await session.query(end);
    } finally {
      await session.end();
    }
  };
  const anyTenant = () => random.pick(world.tenants).id;

  return {
    'app stopped and started': restart(app.stop),
    'app killed and started': restart(app.kill),
    'many objects deleted': () =>
      world.sql(
        `update objects set deleted_at = now() where id in
           (select id from objects where tenant_id = $1 and deleted_at is null order by random() limit 8)`,
        [anyTenant()],
      ),
    'administrator decides about held deletions': () =>
      eventually(() => decideHeld(world, random.pick(['confirm', 'restore']))),
    'all database sessions ended': world.endAllSessions,
    'database cut off': loseDatabase(proxy.cut),
    'database hangs': loseDatabase(proxy.hang),
    'rows of the queue locked': hold(
      (session) => session.query('select 1 from sync_queue order by random() limit 3 for update skip locked'),
      'rollback',
    ),
    'object locked': hold(
      (session) =>
        session.query(
          `select 1 from objects where id = (select id from objects where tenant_id = $1 order by random() limit 1) for update`,
          [anyTenant()],
        ),
      'rollback',
    ),
    'edit that stays open': hold(
      (session) =>
        session.query(
          `update objects set name = name || ' *'
            where id = (select id from objects where tenant_id = $1 and deleted_at is null order by random() limit 1)`,
          [anyTenant()],
        ),
      'commit',
    ),
    'insert that stays open': hold(
      (session) => session.query(`insert into objects (tenant_id, name) values ($1, 'Долго')`, [anyTenant()]),
      'commit',
    ),
    'insert that is taken back': hold(
      (session) => session.query(`insert into objects (tenant_id, name) values ($1, 'Не будет')`, [anyTenant()]),
      'rollback',
    ),
  };
}
