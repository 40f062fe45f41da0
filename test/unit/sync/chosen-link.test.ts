import { expect } from 'chai';
import { type Database, queryRows } from '../../../app/models/database.ts';
import { moveToCompany } from '../../../app/sync/load/first-links.ts';
import { type MappingUpsert, saveMappings } from '../../../app/sync/load/mappings.ts';
import { emptyRemoteShadow } from '../../../app/sync/plan/merge.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../support/company-database.ts';

describe('a link that a person chooses while its pair is being worked on', () => {
  let database: CompanyDatabase;
  let db: Database;
  let tenantId: number;

  before(async () => {
    database = await openCompanyDatabase();
    db = database.db;
    tenantId = await database.addCompany();
  });
  after(() => database.close());

  const save = (readAt: Date) => {
    const mapping: MappingUpsert = {
      ...{
        entity: 'contract',
        localId: 1,
        remoteId: 7,
        direction: 'bidirectional',
        modifiedAt: null,
        remoteCreatedAt: null,
        readAt,
      },
      ...{
        shadows: { local: {}, remote: emptyRemoteShadow },
        fieldErrors: {},
        written: true,
        scopeFacts: {},
        clientKey: '',
      },
    };
    return db.transaction((transaction) => saveMappings(db, tenantId, [mapping], transaction));
  };
  const link = async () => (await queryRows(db, 'select bitrix24_id, state from bitrix24_sync_mappings'))[0];

  it('stands: what was read before it says nothing of the new company', async () => {
    await save(new Date());
    const readBefore = new Date();
    await db.transaction((transaction) => moveToCompany(db, tenantId, { contractIds: [1], companyId: 8 }, transaction));
    await save(new Date(readBefore.getTime() - 1000));
    expect(await link()).to.deep.equal({ bitrix24_id: '8', state: 'unlinked' });
  });

  it('gives way to what is read afterwards', async () => {
    await save(new Date(Date.now() + 1000));
    expect(await link()).to.deep.equal({ bitrix24_id: '7', state: 'linked' });
  });
});
