import { expect } from 'chai';
import { makeSchedules } from '../../../app/events/schedules.ts';
import { systemClock } from '../../../app/lib/clock.ts';
import { queryRows } from '../../../app/models/database.ts';
import { countGrownTables } from '../../../app/models/table-statistics.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../support/company-database.ts';
import { eventually } from '../../support/eventually.ts';

describe('what PostgreSQL knows of the size of tables', () => {
  let database: CompanyDatabase;

  beforeEach(async () => {
    database = await openCompanyDatabase();
    const { db } = database;
    // What is to be seen is done by us, not by the server a minute later.
    await queryRows(db, 'alter table sync_queue set (autovacuum_enabled = off)');
    await queryRows(db, 'analyze sync_queue');
  });

  afterEach(() => database.close());

  async function fill(rows: number): Promise<void> {
    const tenantId = await database.addCompany();
    await queryRows(
      database.db,
      `insert into sync_queue (tenant_id, entity, side, record_id)
       select $tenantId, 'object', 'local', n from generate_series(1, $rows::integer) n returning 1`,
      { tenantId, rows },
    );
  }

  /** PostgreSQL counts changes a moment after they were made. */
  async function changes(): Promise<number> {
    const [row] = await queryRows<{ changes: number }>(
      database.db,
      `select n_mod_since_analyze::integer as changes from pg_stat_user_tables where relname = 'sync_queue'`,
    );
    return row?.changes ?? 0;
  }

  it('is brought up to date when a queue has grown by thousands of rows', async () => {
    await fill(8000);
    await eventually(async () => expect(await changes()).to.equal(8000));
    expect(await countGrownTables(database.db)).to.include('sync_queue');
    await eventually(async () => expect(await changes()).to.equal(0));
    const [row] = await queryRows<{ rows: number }>(
      database.db,
      `select reltuples::integer as rows from pg_class where oid = 'sync_queue'::regclass`,
    );
    expect(row?.rows).to.equal(8000);
  });

  it('is brought up to date by a schedule', async () => {
    const none = async () => [];
    const nothing = async () => undefined;
    const schedules = makeSchedules({
      ...{ db: database.db, clock: systemClock, sweepIntervalSec: 300, wake: nothing },
      ...{ listOfflineTenants: none, listInstalledTenants: none, listRecoverableTenants: none },
      ...{ listTenantsWithAlerts: none, startScheduledRuns: nothing, purgePending: nothing },
      ...{ purgeAlerts: nothing, purgeRequests: nothing, purgeOld: nothing },
    });
    await fill(8000);
    await eventually(async () => expect(await changes()).to.equal(8000));
    await schedules.find(({ name }) => name === 'table_statistics')?.run();
    await eventually(async () => expect(await changes()).to.equal(0));
  });

  it('is left as it is after a few changes', async () => {
    await fill(4000);
    await eventually(async () => expect(await changes()).to.equal(4000));
    expect(await countGrownTables(database.db)).not.to.include('sync_queue');
  });
});
