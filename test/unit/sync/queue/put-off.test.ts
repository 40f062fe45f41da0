import { expect } from 'chai';
import { type Database, queryRows } from '../../../../app/models/database.ts';
import { claimDue } from '../../../../app/sync/queue/claim-due.ts';
import { holdKind, postpone, putOffAtOnce } from '../../../../app/sync/queue/put-off.ts';
import { enqueue, priorities } from '../../../../app/sync/queue/sync-queue.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../../support/company-database.ts';

const count = 2 * putOffAtOnce + 1;

describe('more rows than one statement puts off', () => {
  let database: CompanyDatabase;
  let db: Database;
  let tenantId: number;

  before(async () => {
    database = await openCompanyDatabase();
    db = database.db;
    tenantId = await database.addCompany();
    const request = { tenantId, entity: 'object', side: 'local', reason: 'changed', priority: priorities.run } as const;
    await enqueue(
      db,
      Array.from({ length: count }, (_, index) => ({ ...request, recordId: index + 1 })),
    );
  });
  after(() => database.close());

  const claim = () => claimDue(db, tenantId, { limit: count, lane: 'bulk' });
  const until = new Date(Date.now() + 3_600_000);

  it('all are put off, by their ids and by their kind', async () => {
    const all = await claim();
    expect(all).to.have.length(count);
    await postpone(
      db,
      tenantId,
      all.map((row) => ({ ...row, dueAt: until, sent: false })),
    );
    expect(await claim()).to.deep.equal([]);
    await queryRows(db, 'update sync_queue set due_at = now() where tenant_id = $tenantId', { tenantId });
    await holdKind(db, tenantId, { entity: 'object', until, waitsFor: 'kind:object' });
    expect(await claim()).to.deep.equal([]);
    const waiting = await queryRows<{ waits_for: string }>(db, 'select distinct waits_for from sync_queue');
    expect(waiting).to.deep.equal([{ waits_for: 'kind:object' }]);
  });
});
