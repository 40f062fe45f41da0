import { expect } from 'chai';
import type { RunSql } from '../../../app/bitrix24/limits/bucket.ts';
import { makeMethodBudgets } from '../../../app/bitrix24/limits/method-budgets.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../../app/models/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const method = 'crm.item.add';

describe('the execution time that processes share', () => {
  let database: TestDatabase;
  let processes: Database[];
  let statements: string[];
  let portals = 0;
  const nextPortal = () => `portal-${++portals}.example`;

  before(async () => {
    const log = makeLog({ level: 'fatal', format: 'json' });
    database = await createTestDatabase();
    processes = [connectDatabase(database.url, log, 5), connectDatabase(database.url, log, 5)];
  });
  after(async () => {
    await Promise.all(processes.map((db) => db.close()));
    await database.drop();
  });
  beforeEach(() => {
    statements = [];
  });

  const budgetsOf = (n: number) => {
    const run: RunSql = (sql, bind) => {
      statements.push(sql);
      return queryRows(processes[n % 2] as Database, sql, bind);
    };
    return makeMethodBudgets(run);
  };
  type Budgets = ReturnType<typeof budgetsOf>;
  const spend = (budgets: Budgets, portal: string, seconds: number) =>
    budgets.change(portal, method, (budget) => {
      const level = budget.level + seconds;
      return { budget: { ...budget, level }, value: level };
    });

  it('loses no change of several processes at once', async () => {
    const portal = nextPortal();
    const [one, other] = [budgetsOf(0), budgetsOf(1)];
    await Promise.all(Array.from({ length: 30 }, (_, n) => spend(n % 2 === 0 ? one : other, portal, 1)));
    expect((await budgetsOf(0).lastSeen(portal, method)).level).to.equal(30);
  });

  it('is written by one statement where no other process came between', async () => {
    const portal = nextPortal();
    const budgets = budgetsOf(0);
    expect(await spend(budgets, portal, 2)).to.equal(2);
    statements = [];
    expect(await spend(budgets, portal, 3)).to.equal(5);
    expect(statements).to.have.length(1);
  });

  it('is decided anew from what another process wrote meanwhile', async () => {
    const portal = nextPortal();
    const [one, other] = [budgetsOf(0), budgetsOf(1)];
    await spend(one, portal, 1);
    await spend(other, portal, 10);
    expect(await spend(one, portal, 1)).to.equal(12);
  });

  it('begins anew when its row was dropped', async () => {
    const portal = nextPortal();
    const budgets = budgetsOf(0);
    await spend(budgets, portal, 5);
    await queryRows(processes[0] as Database, 'delete from portal_limits where portal = $portal', { portal });
    expect(await spend(budgets, portal, 1)).to.equal(1);
  });

  it('comes back from the table as it was written', async () => {
    const portal = nextPortal();
    const budget = {
      level: 12.345678901,
      refreshedAt: 1_790_000_000_123,
      cost: 0.1 + 0.2,
      blockedUntil: 1_790_000_060_000,
    };
    await budgetsOf(0).change(portal, method, () => ({ budget, value: undefined }));
    expect(await budgetsOf(1).lastSeen(portal, method)).to.deep.equal(budget);
  });
});
