import { expect } from 'chai';
import pg from 'pg';
import { makeRateLimits, type RateName, type Rates, standardRates } from '../../../app/http/rate-limits.ts';
import type { AppError } from '../../../app/lib/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const small = (seconds = 60) =>
  Object.fromEntries(Object.keys(standardRates).map((name) => [name, { points: 3, seconds }])) as Rates;

describe('limits of requests that come in', () => {
  let database: TestDatabase;
  let pools: pg.Pool[];

  before(async () => {
    database = await createTestDatabase();
    pools = [1, 2].map(() => new pg.Pool({ connectionString: database.url, max: 2 }));
    for (const pool of pools) pool.on('error', () => undefined);
  });
  after(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  const processOf = (n: number, rates = small()) => makeRateLimits({ pool: pools[n] as pg.Pool, rates });
  const take = (limits: ReturnType<typeof makeRateLimits>, name: RateName, key: string) =>
    limits.take(name, key).then(
      () => null,
      (error: AppError) => error,
    );

  it('refuse what is too much with 429 and the seconds to wait, and leave others alone', async () => {
    const limits = processOf(0);
    for (let n = 0; n < 3; n++) expect(await take(limits, 'installByAddress', '203.0.113.7')).to.equal(null);
    const refusal = await take(limits, 'installByAddress', '203.0.113.7');
    expect(refusal).to.include({ code: 'too_many_requests', status: 429 });
    expect(refusal?.retryAfterSec).to.be.within(1, 60);
    expect(refusal?.text.ru).to.include('Слишком много').and.include(String(refusal?.retryAfterSec));
    expect(refusal?.text.en).to.include('Too many');
    expect(await take(limits, 'installByAddress', '203.0.113.8')).to.equal(null);
    expect(await take(limits, 'sessionByAddress', '203.0.113.7')).to.equal(null);
  });

  it('allow again when the time is over', async () => {
    const limits = processOf(0, small(1));
    for (let n = 0; n < 4; n++) await take(limits, 'apiByTenant', '1');
    expect(await take(limits, 'apiByTenant', '1')).to.include({ retryAfterSec: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await take(limits, 'apiByTenant', '1')).to.equal(null);
  });

  it('that protect others are counted by all processes together', async () => {
    const [one, other] = [processOf(0), processOf(1)];
    const asked = await Promise.all([one, other, one, other, one, other].map((of) => take(of, 'setupByTenant', '7')));
    expect(asked.filter((refusal) => refusal === null)).to.have.length(3);
  });

  it('hold while the database is away', async () => {
    const gone = new pg.Pool({ connectionString: 'postgres://crm@127.0.0.1:1/none', max: 1 });
    const limits = makeRateLimits({ pool: gone, rates: small() });
    const asked = [];
    for (let n = 0; n < 5; n++) asked.push(await take(limits, 'setupByTenant', '8'));
    expect(asked.filter((refusal) => refusal === null)).to.have.length(3);
    await gone.end();
  });
});
