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

  it('run once when several processes start together', async () => {
    await migrate(db, 'down');
    const applied = await Promise.all([migrate(db), migrate(db), migrate(db)]);
    expect(applied.map((names) => names.length).sort()).to.deep.equal([0, 0, applied.flat().length]);
  });
});
