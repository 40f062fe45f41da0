import { expect } from 'chai';
import pg from 'pg';
import { type DueCheck, makeDueCheck } from '../../../app/jobs/due-check.ts';
import { systemClock } from '../../../app/lib/clock.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

describe('what becomes due soon', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let dueCheck: DueCheck;
  let tenantId: number;
  const woken: string[] = [];

  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 2 });
    const { rows } = await pool.query(`insert into companies (name) values ('ООО Ромашка') returning id`);
    tenantId = rows[0].id;
    await pool.query(
      `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($1, 'webhook', 'portal.example')`,
      [tenantId],
    );
    const queue = { wake: async (task: string, ids: readonly number[]) => void woken.push(`${task} ${ids}`) };
    const log = makeLog({ level: 'fatal', format: 'json' });
    dueCheck = makeDueCheck({ pool, queue, link: { isUp: true }, lastUrgent: 10, clock: systemClock, log });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() => {
    woken.length = 0;
  });

  const enqueue = (interval: string) =>
    pool.query(
      `insert into sync_queue (tenant_id, entity, side, record_id, reason, priority, due_at)
       values ($1, 'object', 'bitrix24', 1, 'event', 5, now() + $2::interval)
       on conflict (tenant_id, entity, side, record_id) do update set due_at = excluded.due_at`,
      [tenantId, interval],
    );

  it('wakes its company at its moment, without the look of every second', async () => {
    await enqueue('250 milliseconds');
    dueCheck.hear(String(tenantId));
    await eventually(() => woken.length > 0);
    expect(woken).to.deep.equal([`reconcile ${tenantId}`]);
    const { rows } = await pool.query('select due_at <= now() as due from sync_queue');
    expect(rows).to.deep.equal([{ due: true }]);
  });

  it('is left to that look when it is further away', async () => {
    await enqueue('1 hour');
    dueCheck.hear(String(tenantId));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(woken).to.deep.equal([]);
  });
});
