import { expect } from 'chai';
import { AppError } from '../../../../app/lib/errors.ts';
import { type Database, queryRows } from '../../../../app/models/database.ts';
import { type ErrorEntry, recordError } from '../../../../app/sync/journal/error-log.ts';
import { type CompanyDatabase, openCompanyDatabase } from '../../../support/company-database.ts';

const failure = (code: string) => new AppError({ code, status: 409, text: { ru: code, en: code } });

describe('the open error of a record', () => {
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

  const about = { entity: 'contract', localId: 1, remoteId: 40, runId: null, attempts: 1 } as const;
  const question = { operation: 'ask_person', error: failure('merge_unclear'), nextRetryAt: null };
  const passing = {
    operation: 'sync_company',
    error: failure('portal_unreachable'),
    nextRetryAt: new Date(Date.now() + 60_000),
  };
  const dead = { operation: 'sync_company', error: failure('ACCESS_DENIED'), nextRetryAt: null };
  const record = (entry: Pick<ErrorEntry, 'operation' | 'error' | 'nextRetryAt'>) =>
    recordError(db, tenantId, { ...about, ...entry });
  const open = () =>
    queryRows<{ code: string; status: string }>(
      db,
      `select code, status from integration_errors where tenant_id = $tenantId and status <> 'resolved'`,
      { tenantId },
    );

  it('a question to a person stays when a failure that passes by itself comes after it', async () => {
    await record(question);
    await record(passing);
    expect(await open()).to.deep.equal([{ code: 'merge_unclear', status: 'failed' }]);
  });

  it('a question takes the place of a failure that was to pass by itself', async () => {
    await record(passing);
    await record(question);
    expect(await open()).to.deep.equal([{ code: 'merge_unclear', status: 'failed' }]);
  });

  it('a failure that waits for a person takes the place of any other', async () => {
    await record(question);
    await record(dead);
    expect(await open()).to.deep.equal([{ code: 'ACCESS_DENIED', status: 'failed' }]);
  });
});
