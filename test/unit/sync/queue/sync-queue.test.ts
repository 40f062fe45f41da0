import { expect } from 'chai';
import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../../../app/models/database.ts';
import { claimDue } from '../../../../app/sync/queue/claim-due.ts';
import { postpone } from '../../../../app/sync/queue/put-off.ts';
import {
  enqueue,
  findMarked,
  markCreatesSent,
  priorities,
  type QueueRequest,
  type QueueRow,
  removeDone,
} from '../../../../app/sync/queue/sync-queue.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../../support/company-database.ts';

const hour = 3_600_000;
const values = { originId: '1:object:1', local: { title: 'Камаз' }, remote: { title: 'Камаз' } };

describe('the sync queue', () => {
  let database: CompanyDatabase;
  let db: Database;
  let tenantId: number;

  before(async () => {
    database = await openCompanyDatabase();
    db = database.db;
  });
  after(() => database.close());
  beforeEach(async () => {
    tenantId = await database.addCompany();
  });

  const add = (...requests: Partial<QueueRequest>[]) =>
    enqueue(
      db,
      requests.map((request) => ({
        ...{ tenantId, entity: 'object', side: 'local', recordId: 1, reason: 'changed', priority: priorities.change },
        ...request,
      })),
    );
  const stored = async () =>
    queryRows<{ changes: number; reason: string; attempts: number; create_sent_at: Date | null; wait: number }>(
      db,
      `select *, extract(epoch from due_at - now())::float8 as wait from sync_queue where tenant_id = $tenantId order by record_id`,
      { tenantId },
    );
  const claim = async (limit = 10) =>
    [
      ...(await claimDue(db, tenantId, { limit, lane: 'urgent' })),
      ...(await claimDue(db, tenantId, { limit, lane: 'bulk' })),
    ].slice(0, limit);
  const claimOne = async () => (await claim())[0] as QueueRow;
  const settle = (rows: readonly QueueRow[]) =>
    db.transaction((transaction: Transaction) => removeDone(db, tenantId, rows, transaction));
  const numbers = (rows: readonly QueueRow[]) => rows.map(({ recordId }) => recordId);

  const markOf = ({ entity, recordId }: QueueRow) => ({ entity, localId: recordId, values, linkedWith: null });

  it('does not mark a create whose row another program holds locked, and marks the others', async () => {
    await add({ recordId: 1 });
    await add({ recordId: 2 });
    const creates = [1, 2, 3].map((localId) => ({ entity: 'object', localId, values, linkedWith: null }) as const);
    await db.transaction(async (transaction) => {
      await queryRows(db, 'select 1 from sync_queue where record_id = 2 for update', {}, transaction);
      const marked = await markCreatesSent(db, tenantId, creates);
      expect(marked.map(({ recordId }) => recordId)).to.deep.equal([1, 3]);
    });
  });

  it('does not mark a create whose record was linked with another one since its pair was read', async () => {
    await queryRows(
      db,
      `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, sync_direction, state)
       values ($tenantId, 'object', 1, 'deal', '17', 'bidirectional', 'linked'), ($tenantId, 'object', 2, 'deal', '6', 'bidirectional', 'linked'),
              ($tenantId, 'object', 3, 'deal', '9', 'bidirectional', 'orphaned'), ($tenantId, 'object', 4, 'deal', '4', 'bidirectional', 'linked')`,
      { tenantId },
    );
    const creates = [6, 6, 9, null, null].map((linkedWith, index) => ({
      ...{ entity: 'object' as const, localId: index + 1, values, linkedWith },
    }));
    const marked = await markCreatesSent(db, tenantId, creates);
    expect(marked.map(({ recordId }) => recordId)).to.deep.equal([2, 3, 5]);
  });

  it('marks a create on the local row, which is made when only the other side was queued', async () => {
    await add({ recordId: 7, side: 'bitrix24' });
    const mark = { entity: 'object', localId: 1, values, linkedWith: null } as const;
    expect(await markCreatesSent(db, tenantId, [mark])).to.deep.equal([{ recordId: 1, changes: 1, isNew: true }]);
    await add({ recordId: 1 });
    expect(await markCreatesSent(db, tenantId, [mark])).to.deep.equal([{ recordId: 1, changes: 2, isNew: false }]);
    const found = await findMarked(db, tenantId, 'object', [1, 7]);
    expect(found).to.have.length(1);
    expect(found[0]).to.deep.include({ side: 'local', recordId: 1, changes: 2, createValues: values });
    expect(await findMarked(db, tenantId, 'user', [1])).to.deep.equal([]);
    expect(await findMarked(db, tenantId, 'object', [])).to.deep.equal([]);
  });

  it('holds a record once, however often it is added', async () => {
    await add({}, {});
    await add({}, { side: 'bitrix24' });
    expect(await claim()).to.have.length(2);
    const [row] = (await stored()).filter(({ changes }) => changes > 1);
    expect(row).to.include({ changes: 2 });
  });

  it('is empty when what was claimed has been dealt with', async () => {
    await add({ recordId: 1 }, { recordId: 2 });
    expect(await settle(await claim())).to.have.length(2);
    expect(await stored()).to.deep.equal([]);
  });

  it('keeps an edit made during the work, due at once, with a clean slate', async () => {
    await add({});
    await postpone(db, tenantId, [
      { ...(await claimOne()), dueAt: new Date(Date.now() - 1), attempts: 2, sent: false },
    ]);
    const row = await claimOne();
    await markCreatesSent(db, tenantId, [markOf(row)]);
    await add({});
    expect(await settle([row])).to.deep.equal([{ entity: 'object', side: 'local', recordId: 1 }]);
    const [kept] = await stored();
    expect(kept).to.include({ attempts: 0, create_sent_at: null, create_values: null });
    expect(kept?.wait).to.be.at.most(0);
    await settle(await claim());
    expect(await stored()).to.deep.equal([]);
  });

  it('is as old as its first change that is not applied: the pass that was overtaken, not what it dealt with', async () => {
    const queuedAt = async () => {
      const [row] = await queryRows<{ queued_at: Date }>(
        db,
        'select queued_at from sync_queue where tenant_id = $tenantId',
        { tenantId },
      );
      return row?.queued_at.getTime();
    };
    await add({});
    await queryRows(db, `update sync_queue set queued_at = now() - interval '1 hour'`);
    const first = await queuedAt();
    await add({});
    expect(await queuedAt()).to.equal(first);
    const claimed = await claimOne();
    await add({});
    await settle([claimed]);
    expect(await queuedAt()).to.equal(claimed.claimedAt?.getTime());
    expect(await queuedAt()).to.be.above(first ?? 0);
  });

  it('leaves rows alone that a writer is changing just now, and takes the others', async () => {
    await add({ recordId: 1 }, { recordId: 2 });
    const rows = await claim();
    await db.transaction(async (writer: Transaction) => {
      await queryRows(db, 'update sync_queue set changes = changes + 1 where record_id = 1', {}, writer);
      expect(numbers((await settle(rows)) as QueueRow[])).to.deep.equal([2]);
    });
    expect(await stored()).to.have.length(1);
  });

  it('gives out the most urgent first, then contracts, users and objects', async () => {
    await add(
      { recordId: 1, priority: priorities.run },
      { recordId: 2, priority: priorities.change },
      { recordId: 3, priority: priorities.change, entity: 'user' },
      { recordId: 4, priority: priorities.change, entity: 'contract' },
      { recordId: 5, priority: priorities.interactive },
      { recordId: 6, priority: priorities.event },
    );
    expect(numbers(await claim())).to.deep.equal([5, 6, 4, 3, 2, 1]);
    expect(numbers(await claim(2))).to.deep.equal([5, 6]);
  });

  it('is not stopped by a row that another program holds: it is given out, and nothing of it is written', async () => {
    await add({ recordId: 1, priority: priorities.interactive }, { recordId: 2 }, { recordId: 3 });
    await db.transaction(async (holder: Transaction) => {
      await queryRows(db, 'select 1 from sync_queue where record_id = 1 for update', {}, holder);
      expect(numbers(await claim(2))).to.deep.equal([1, 2]);
      await postpone(db, tenantId, [
        {
          entity: 'object',
          side: 'local',
          recordId: 1,
          changes: 1,
          runId: null,
          dueAt: new Date(),
          attempts: 5,
          sent: false,
        },
        {
          entity: 'object',
          side: 'local',
          recordId: 2,
          changes: 1,
          runId: null,
          dueAt: new Date(Date.now() + hour),
          attempts: 5,
          sent: false,
        },
      ]);
    });
    expect((await stored()).map(({ attempts }) => attempts)).to.deep.equal([0, 5, 0]);
    expect(numbers(await claim())).to.deep.equal([1, 3]);
  });

  it('finds what is due behind any number of rows that are put off', async () => {
    const dueAt = new Date(Date.now() + hour);
    await add(...Array.from({ length: 50 }, (_, n) => ({ recordId: n + 1, priority: priorities.event, dueAt })));
    await add(
      { recordId: 99, priority: priorities.run, entity: 'contract' },
      { recordId: 98, priority: priorities.bulk },
    );
    expect(numbers(await claim(2))).to.deep.equal([98, 99]);
  });

  it('makes a waiting record as urgent as the most urgent that asked for it', async () => {
    await add({ recordId: 1 }, { recordId: 2, priority: priorities.run });
    await add({ recordId: 2, priority: priorities.interactive });
    await add({ recordId: 2, priority: priorities.run });
    expect(numbers(await claim())).to.deep.equal([2, 1]);
  });

  it('gives out what is due, and brings a due time forward but never back', async () => {
    await add({ dueAt: new Date(Date.now() + hour) });
    expect(await claim()).to.deep.equal([]);
    await add({ dueAt: new Date(Date.now() + 2 * hour) });
    expect((await stored())[0]?.wait).to.be.within(3500, 3600);
    await add({});
    expect(await claim()).to.have.length(1);
  });

  it('keeps a reason that says more than the next one', async () => {
    await add({ reason: 'confirmed' });
    await add({ reason: 'event' });
    expect((await stored())[0]?.reason).to.equal('confirmed');
    await add({ reason: 'deleted' });
    expect((await stored())[0]?.reason).to.equal('deleted');
    await add({ recordId: 2, reason: 'retry' });
    await add({ recordId: 2, reason: 'sweep' });
    expect((await stored())[1]?.reason).to.equal('retry');
  });

  it('puts a failed record off, unless it has changed since', async () => {
    await add({ recordId: 1 }, { recordId: 2 });
    const rows = await claim();
    await add({ recordId: 2 });
    const dueAt = new Date(Date.now() + hour);
    await postpone(
      db,
      tenantId,
      rows.map((row) => ({ ...row, dueAt, attempts: 1, sent: false })),
    );
    expect(numbers(await claim())).to.deep.equal([2]);
    expect((await stored())[0]).to.include({ attempts: 1 });
  });

  it('does not let a change hurry a create that may have reached the portal, and keeps what was sent', async () => {
    await add({});
    const row = await claimOne();
    await markCreatesSent(db, tenantId, [markOf(row)]);
    await add({});
    await postpone(db, tenantId, [{ ...row, dueAt: new Date(Date.now() + hour), attempts: 0, sent: true }]);
    expect(await claim()).to.deep.equal([]);
    const [kept] = await stored();
    expect(kept?.wait).to.be.within(3500, 3600);
    expect(kept?.create_sent_at).to.be.a('date');
    expect(kept).to.deep.include({ create_values: values });
  });

  it('forgets the mark of a create that surely did not reach the portal', async () => {
    await add({});
    const row = await claimOne();
    await markCreatesSent(db, tenantId, [markOf(row)]);
    await postpone(db, tenantId, [{ ...row, dueAt: new Date(), attempts: 1, sent: false }]);
    expect(await claimOne()).to.include({ createSentAt: null, createValues: null, attempts: 1 });
  });

  it('keeps tenants apart', async () => {
    const other = tenantId;
    await add({});
    const rows = await claim();
    const [row] = await queryRows<{ id: number }>(db, `insert into companies (name) values ('ООО Лютик') returning id`);
    tenantId = row?.id ?? 0;
    await settle(rows);
    await postpone(db, tenantId, [{ ...(rows[0] as QueueRow), dueAt: new Date(), attempts: 9, sent: false }]);
    expect(await claim()).to.deep.equal([]);
    const left = await claimDue(db, other, { limit: 10, lane: 'urgent' });
    expect(left).to.deep.equal(rows.map((claimed) => ({ ...claimed, claimedAt: left[0]?.claimedAt })));
  });
});
