import { expect } from 'chai';
import { classify, fromNetworkFailure, ownLimit } from '../../../../app/bitrix24/error-table.ts';
import { makeLog } from '../../../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../../../app/models/database.ts';
import { makeConnectionState } from '../../../../app/portals/connection/connection-state.ts';
import { listOpenFaults } from '../../../../app/sync/faults/fault-store.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts';

const refused = classify({ status: 401, body: { error: 'INVALID_CREDENTIALS' } });
const unpaid = classify({ status: 401, body: { error: 'PAYMENT_REQUIRED' } });
const silent = fromNetworkFailure({ code: 'ECONNREFUSED' });
const overrun = classify({ status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED' } });

describe('the state of a connection and its fault', () => {
  let database: TestDatabase;
  let db: Database;
  let tenantId: number;
  const state = () => makeConnectionState(db);
  const soon = () => new Date(Date.now() + 60_000);

  before(async () => {
    database = await createTestDatabase();
    db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 4);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });
  beforeEach(async () => {
    const [row] = await queryRows<{ id: number }>(
      db,
      `with company as (insert into companies (name) values ('ООО Ромашка') returning id)
       insert into bitrix24_connections (tenant_id, kind, portal_host)
       select id, 'webhook', 'portal.example' from company returning tenant_id as id`,
    );
    tenantId = row?.id ?? 0;
  });

  const pause = (error: typeof silent, failures = 1) =>
    state().pause(tenantId, soon(), { code: error.code, text: error.text, failures });
  const faults = async () =>
    (await listOpenFaults(db, tenantId)).map(({ scope, code, attempts, nextTryAt }) => ({
      scope,
      code,
      attempts,
      triesAgain: nextTryAt !== null,
    }));
  const fault = (code: string, attempts: number, triesAgain: boolean) => [
    { scope: 'connection', code, attempts, triesAgain },
  ];

  it('a suspension opens it, with the reason and the advice apart, and keeps the first reason', async () => {
    await state().suspend(tenantId, refused);
    await state().suspend(tenantId, unpaid);
    expect(await faults()).to.deep.equal(fault('INVALID_CREDENTIALS', 1, false));
    const [open] = await listOpenFaults(db, tenantId);
    expect(open).to.deep.include({ text: refused.reason, advice: refused.advice });
  });

  it('a silent portal opens it, each attempt is counted, and the first answer ends it', async () => {
    await pause(silent);
    await pause(silent, 2);
    expect(await faults()).to.deep.equal(fault('portal_unreachable', 2, true));
    await state().clearPause(tenantId);
    expect(await faults()).to.deep.equal([]);
  });

  for (const limit of [overrun, ownLimit(1000)]) {
    it(`a wait for a limit (${limit.code}) is none`, async () => {
      await pause(limit, 0);
      expect(await faults()).to.deep.equal([]);
      const [paused] = await queryRows<{ until: Date | null }>(
        db,
        'select paused_until as until from bitrix24_connections where tenant_id = $tenantId',
        { tenantId },
      );
      expect(paused?.until).not.to.equal(null);
    });
  }

  it('what ends a wait leaves a suspension alone, and so does another wait', async () => {
    await state().suspend(tenantId, refused);
    await pause(silent);
    await state().clearPause(tenantId);
    expect(await faults()).to.deep.equal(fault('INVALID_CREDENTIALS', 1, false));
    await state().resume(tenantId, 'webhook');
    expect(await faults()).to.deep.equal([]);
  });

  it('a webhook that is stored beside a suspended installation ends nothing of it', async () => {
    await queryRows(
      db,
      `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($tenantId, 'installation', 'portal.example')`,
      { tenantId },
    );
    await state().suspend(tenantId, unpaid);
    await state().resume(tenantId, 'webhook');
    expect(await faults()).to.deep.equal(fault('PAYMENT_REQUIRED', 1, false));
  });

  it('its end frees what waited for it, in the queue and among the errors', async () => {
    await state().suspend(tenantId, refused);
    const [open] = await listOpenFaults(db, tenantId);
    await queryRows(
      db,
      `insert into sync_queue (tenant_id, entity, side, record_id, due_at, waits_for)
       values ($tenantId, 'object', 'local', 1, now() + interval '1 hour', 'connection:'),
              ($tenantId, 'object', 'local', 2, now() + interval '1 hour', 'kind:object')`,
      { tenantId },
    );
    await queryRows(
      db,
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status, fault_id)
       values ($tenantId, 'update', 'object', 3, 'auth', 'X', 'Ждёт', false, 'failed', $id)`,
      { tenantId, id: open?.id },
    );
    await state().resume(tenantId, 'webhook');
    const due = await queryRows<{ id: number }>(
      db,
      `select record_id::integer as id from sync_queue where tenant_id = $tenantId and due_at <= now() and waits_for is null order by 1`,
      { tenantId },
    );
    expect(due.map(({ id }) => id)).to.deep.equal([1, 3]);
    const [error] = await queryRows<{ status: string }>(
      db,
      `select status from integration_errors where tenant_id = $tenantId and local_id = 3`,
      { tenantId },
    );
    expect(error?.status).to.equal('pending');
  });
});
