import { expect } from 'chai';
import { makeLog } from '../../../app/lib/log.ts';
import { queryRows } from '../../../app/models/database.ts';
import type { BulkTurns } from '../../../app/sync/bulk-turns.ts';
import { defaultTimings, type SyncDeps } from '../../../app/sync/deps.ts';
import { makeReconcile } from '../../../app/sync/reconcile.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../support/company-database.ts';
import { MockBitrix24Client } from '../../support/mock-bitrix24-client.ts';

describe('commits beside what people wait for', () => {
  let database: CompanyDatabase;
  let tenantId: number;
  let seen: string[];
  let deps: SyncDeps;

  beforeEach(async () => {
    database = await openCompanyDatabase();
    tenantId = await database.addCompany();
    seen = [];
    const client = new MockBitrix24Client();
    const bulkTurns: BulkTurns = {
      enterUrgent() {
        seen.push('urgent begins');
        return () => void seen.push('urgent ends');
      },
      run(work) {
        seen.push('bulk');
        return work();
      },
    };
    deps = {
      ...{ db: database.db, bulkTurns, timings: { ...defaultTimings }, random: () => 0.5 },
      clock: { now: () => new Date(), sleep: async () => undefined },
      log: makeLog({ level: 'fatal', format: 'json' }),
      clientFor: async () => client,
      connections: {
        find: async () => ({ state: 'active', pausedUntil: null, pauseFailures: 0 }),
        suspend: async () => undefined,
        pause: async () => undefined,
        clearPause: async () => undefined,
      },
    };
    await queryRows(
      database.db,
      `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($tenantId, 'webhook', 'portal.example')`,
      { tenantId },
    );
    await queryRows(database.db, `insert into objects (tenant_id, name) values ($tenantId, 'КамАЗ')`, { tenantId });
  });
  afterEach(() => database.close());

  const run = (urgentOnly: boolean) =>
    makeReconcile(deps)(tenantId, { signal: new AbortController().signal, log: deps.log, urgentOnly });
  const linked = async () => (await queryRows(database.db, 'select 1 from bitrix24_sync_mappings')).length;

  it('an edit takes no turn of bulk work, and is known as long as it is under way', async () => {
    await run(true);
    expect(await linked()).to.equal(1);
    expect(seen).to.deep.equal(['urgent begins', 'urgent ends']);
  });

  it('what can wait takes its turn for each commit', async () => {
    await queryRows(database.db, 'update sync_queue set priority = 20');
    await run(false);
    expect(await linked()).to.equal(1);
    expect(seen.length).to.be.above(0);
    expect(new Set(seen)).to.deep.equal(new Set(['bulk']));
  });
});
