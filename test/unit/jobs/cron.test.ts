import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { type CronJob, startCron } from '../../../app/jobs/cron.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const log = makeLog({ level: 'fatal', format: 'json' });

describe('schedules', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const started: { stop(): Promise<void> }[] = [];

  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
  });

  const start = (job: CronJob) => started.push(startCron({ pool, jobs: [job], log }));
  const keysOf = async (name: string) =>
    (await pool.query(`select 1 from cron_runs where key like '%' || $1 || '%'`, [name])).rowCount ?? 0;
  const everySecond = '* * * * * *';

  it('fire once in two schedulers on one database', async () => {
    const fired: string[] = [];
    const run = async () => {
      fired.push(new Date().toISOString().slice(0, 19));
    };
    start({ name: 'shared', expression: everySecond, run });
    start({ name: 'shared', expression: everySecond, run });
    await eventually(() => fired.length >= 3);
    for (const one of started.splice(0)) await one.stop();
    await sleep(100);
    expect(new Set(fired)).to.have.property('size', fired.length);
    expect(await keysOf('shared')).to.equal(fired.length);
  });

  it('go on after a firing that failed', async () => {
    let fired = 0;
    start({
      name: 'failing',
      expression: everySecond,
      run: async () => {
        fired += 1;
        throw new Error('As intended');
      },
    });
    await eventually(() => fired >= 2);
  });

  it('do not begin anew while the last firing still runs', async () => {
    let running = 0;
    let most = 0;
    let fired = 0;
    start({
      name: 'slow',
      expression: everySecond,
      run: async () => {
        fired += 1;
        running += 1;
        most = Math.max(most, running);
        await sleep(1500);
        running -= 1;
      },
    });
    await eventually(() => fired >= 2);
    expect(most).to.equal(1);
  });
});
