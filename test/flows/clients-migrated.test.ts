import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../app/models/database.ts';
import { migrate } from '../../app/models/migrate.ts';
import { down, up } from '../../migrations/2026112675-clients.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('a database of the release before that learns of clients', () => {
  let database: TestDatabase;
  let db: Database;

  before(async () => {
    database = await createTestDatabase({ empty: true });
    db = connectDatabase(database.url, makeLog({ level: 'fatal', format: 'json' }), 2);
    await migrate(db, 'up', '2026112659-looks-asked-for');
    await queryRows(
      db,
      `with company as (insert into companies (name) values ('ООО Ромашка') returning id),
       contract as (
         insert into contracts (tenant_id, number, client_inn, client_kpp)
         select id, n, inn, kpp from company, (values ('1', ' 7701234567', '770101001'), ('2', '7701234567', '770101001 '), ('3', null, null)) c (n, inn, kpp)
         returning id, tenant_id)
       insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id)
       select tenant_id, 'contract', id, 'company', (id + 100)::text from contract`,
    );
    await migrate(db);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  const link = (type: string, localId: number, bitrix24Type: string, remoteId: string) =>
    queryRows(
      db,
      `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id)
       select id, $type, $localId, $bitrix24Type, $remoteId from companies
       on conflict (tenant_id, local_type, local_id) do update set bitrix24_id = excluded.bitrix24_id`,
      { type, localId, bitrix24Type, remoteId },
    );
  const context = { context: { run: async (sql: string) => void (await db.query(sql)) } } as Parameters<typeof up>[0];
  const refused = async (work: Promise<unknown>) =>
    work.then(
      () => false,
      () => true,
    );

  it('knows of each link whose contract it is', async () => {
    const keys = await queryRows<{ client_key: string }>(
      db,
      'select client_key from bitrix24_sync_mappings order by local_id',
    );
    expect(keys.map(({ client_key }) => client_key)).to.deep.equal([
      '7701234567/770101001',
      '7701234567/770101001',
      '',
    ]);
  });

  it('takes several contracts of one company, and one object of a deal, one user of a contact', async () => {
    await link('contract', 2, 'company', '101');
    await link('object', 1, 'deal', '5');
    await link('user', 1, 'contact', '5');
    expect(await refused(link('object', 2, 'deal', '5'))).to.equal(true);
    expect(await refused(link('user', 2, 'contact', '5'))).to.equal(true);
  });

  it('can be taken back: the first linked contract keeps the company', async () => {
    await down(context);
    const links = await queryRows(
      db,
      `select local_id, bitrix24_id from bitrix24_sync_mappings where local_type = 'contract' order by 1`,
    );
    expect(links).to.deep.equal([
      { local_id: 1, bitrix24_id: '101' },
      { local_id: 3, bitrix24_id: '103' },
    ]);
    expect(await refused(link('contract', 2, 'company', '101'))).to.equal(true);
    await up(context);
    await link('contract', 2, 'company', '101');
  });
});
