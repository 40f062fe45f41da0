import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../app/models/database.ts';
import { down, up } from '../../migrations/2026112611-connection-faults.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('the migration of connection faults', () => {
  let database: TestDatabase;
  let db: Database;
  const run = async (sql: string) => void (await db.query(sql));

  before(async () => {
    database = await createTestDatabase();
    db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 2);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  it('opens the faults of connections that were stopped by an earlier release, and of these alone', async () => {
    const context = { context: { run } } as Parameters<typeof up>[0];
    await down(context);
    await run(`
      insert into companies (id, name) values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      insert into bitrix24_connections (tenant_id, kind, portal_host, state, error_code, error_message, suspended_at, paused_until, pause_reason, pause_failures)
      values (1, 'webhook', 'a', 'active', null, null, null, null, null, 0),
             (2, 'webhook', 'b', 'suspended', 'INVALID_CREDENTIALS', 'Вебхук удалён', now() - interval '1 day', null, null, 0),
             (3, 'webhook', 'c', 'active', null, null, null, now() + interval '1 hour', 'portal_unreachable', 4),
             (4, 'webhook', 'd', 'active', null, null, null, now() + interval '1 hour', 'QUERY_LIMIT_EXCEEDED', 1),
             (5, 'webhook', 'e', 'active', null, null, null, now() - interval '1 hour', 'portal_unreachable', 4)`);
    await up(context);
    const faults = await queryRows(
      db,
      `select tenant_id, scope, subject, code, attempts, next_try_at is not null as "triesAgain", since < now() - interval '23 hours' as old
         from sync_faults order by tenant_id`,
    );
    const common = { scope: 'connection', subject: '' };
    expect(faults).to.deep.equal([
      { ...common, tenant_id: 2, code: 'INVALID_CREDENTIALS', attempts: 1, triesAgain: false, old: true },
      { ...common, tenant_id: 3, code: 'portal_unreachable', attempts: 4, triesAgain: true, old: false },
    ]);
  });
});
