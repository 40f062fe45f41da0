import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../app/models/database.ts';
import { isMigrated, migrate } from '../../app/models/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('migrations', () => {
  let database: TestDatabase;
  let db: Database;

  before(async () => {
    database = await createTestDatabase({ empty: true });
    db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 4);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  async function ours(): Promise<string[]> {
    const rows = await queryRows<{ name: string }>(
      db,
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relname not like 'migrations%'
       union all select proname from pg_proc where pronamespace = 'public'::regnamespace order by name`,
    );
    return rows.map((row) => row.name);
  }

  it('go up, down to nothing, and up to the same again', async () => {
    expect(await isMigrated(db)).to.equal(false);
    const applied = await migrate(db);
    expect(applied).to.have.length.above(3);
    const first = await ours();
    expect(first).to.include.members([
      'objects',
      'users',
      'contracts',
      'companies',
      'bitrix24_sync_mappings',
      'sync_queue',
    ]);
    await migrate(db, 'down');
    expect(await ours()).to.deep.equal([]);
    await migrate(db);
    expect(await ours()).to.deep.equal(first);
    expect(await isMigrated(db)).to.equal(true);
  });

  it('upgrade a database that holds data of the release before, and take it back', async () => {
    await migrate(db, 'down');
    await migrate(db, 'up', '2026112601-faults');
    await queryRows(
      db,
      `with company as (
         insert into companies (name, settings) values ('ООО Ромашка', '{"automatic": {"object": "maybe"}}') returning id),
       linked as (
         insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, last_sync_at)
         select id, 'object', n, 'deal', case n when 3 then 'rubbish' else n || '00' end, '2026-11-01' from company, generate_series(1, 3) n),
       log as (
         insert into sync_log (tenant_id, entity, local_id, direction, operation)
         select id, 'object', 1, 'to_bitrix', 'create' from company)
       insert into sync_queue (tenant_id, entity, side, record_id) select id, 'object', 'local', 1 from company`,
    );
    await migrate(db);
    const [keys] = await queryRows(
      db,
      'select array_agg(bitrix24_key::integer order by local_id) as keys from bitrix24_sync_mappings',
    );
    expect(keys).to.deep.equal({ keys: [100, 200, null] });
    expect(await queryRows(db, 'select mappings from sync_mapping_counts')).to.deep.equal([{ mappings: 3 }]);
    expect(await queryRows(db, 'select applied from sync_log_hours')).to.deep.equal([{ applied: 1 }]);
    // The statements of the release before, whose columns are all there.
    await queryRows(
      db,
      `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id)
       select id, 'object', 4, 'deal', 'x' from companies`,
    );
    await queryRows(db, `delete from bitrix24_sync_mappings where local_id = 1`);
    expect(await queryRows(db, 'select mappings from sync_mapping_counts')).to.deep.equal([{ mappings: 3 }]);
    await queryRows(
      db,
      `insert into bitrix24_connections (tenant_id, kind, portal_host) select id, 'webhook', 'x' from companies`,
    );
    await queryRows(db, `insert into objects (id, tenant_id, name) select 77, id, 'Камаз' from companies`);
    expect(await queryRows(db, 'select 1 from sync_queue where record_id = 77')).to.have.length(1);
    await migrate(db, 'down');
    expect(await ours()).to.deep.equal([]);
    await migrate(db);
  });

  it('run once when several processes start together', async () => {
    await migrate(db, 'down');
    const applied = await Promise.all([migrate(db), migrate(db), migrate(db)]);
    expect(applied.map((names) => names.length).sort()).to.deep.equal([0, 0, applied.flat().length]);
  });
});
