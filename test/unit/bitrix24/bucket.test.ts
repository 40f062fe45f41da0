import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  bucketOfPlan,
  closeBucket,
  noteBucket,
  type RunSql,
  takeRequest,
} from '../../../app/bitrix24/limits/bucket.ts';
import { makeLimits } from '../../../app/bitrix24/limits/limits.ts';
import type { Clock } from '../../../app/lib/clock.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../../app/models/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const log = makeLog({ level: 'fatal', format: 'json' });
/** Held back from background work: three for the portal's way of counting, five for people. */
const margin = 3;
const reserve = 5;

describe('the request bucket in PostgreSQL', () => {
  let database: TestDatabase;
  // Two pools, as two processes have them.
  let processes: Database[];
  let runs: RunSql[];
  let portals = 0;
  const nextPortal = () => `portal-${++portals}.example`;

  before(async () => {
    database = await createTestDatabase();
    processes = [connectDatabase(database.url, log, 5), connectDatabase(database.url, log, 5)];
    runs = processes.map((db) => (sql, bind) => queryRows(db, sql, bind));
  });
  after(async () => {
    await Promise.all(processes.map((db) => db.close()));
    await database.drop();
  });
  const run = (n: number): RunSql => runs[n % runs.length] as RunSql;

  it('gives as many requests as fit to however many ask at once, and tells the others how long to wait', async () => {
    const portal = nextPortal();
    const size = { size: 30, drain: 0.001 };
    const waits = await Promise.all(Array.from({ length: 80 }, (_, n) => takeRequest(run(n), portal, size, 'normal')));
    expect(waits.filter((wait) => wait === 0)).to.have.length(30 - margin - reserve);
    const [people] = [
      await Promise.all(Array.from({ length: 20 }, (_, n) => takeRequest(run(n), portal, size, 'interactive'))),
    ];
    expect(people.filter((wait) => wait === 0)).to.have.length(reserve);
    expect(people.filter((wait) => wait !== 0).every((wait) => wait > 0)).to.equal(true);
  });

  it('drains at its rate, and never gives more than that', async () => {
    const portal = nextPortal();
    const size = { size: 20, drain: 40 };
    const startedAt = performance.now();
    let taken = 0;
    const taker = async (n: number) => {
      while (performance.now() - startedAt < 1000) {
        const wait = await takeRequest(run(n), portal, size, 'normal');
        if (wait === 0) taken += 1;
        else await sleep(Math.min(wait, 50));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => taker(n)));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(taken).to.be.at.most(20 - margin - reserve + 40 * seconds + 1);
    expect(taken).to.be.at.least(20 - margin - reserve + 20);
  });

  it('tells a wait after which there is room', async () => {
    const portal = nextPortal();
    const size = { size: 10, drain: 20 };
    let wait = 0;
    while (wait === 0) wait = await takeRequest(run(0), portal, size, 'normal');
    expect(wait).to.be.within(1, 60);
    await sleep(wait + 5);
    expect(await takeRequest(run(1), portal, size, 'normal')).to.equal(0);
  });

  it('gives an Enterprise portal what its plan allows, and others what all have', async () => {
    expect(bucketOfPlan('ent')).to.deep.equal({ size: 250, drain: 5 });
    expect([bucketOfPlan('pro'), bucketOfPlan(null)]).to.deep.equal([null, null]);
    const [portal, standard] = [nextPortal(), { size: 50, drain: 0.001 }];
    const takeAll = async () => {
      let taken = 0;
      while (taken < 400 && (await takeRequest(run(taken), portal, standard, 'normal')) === 0) taken += 1;
      return taken;
    };
    await noteBucket(run(0), portal, { size: 250, drain: 0.001 });
    expect(await takeAll()).to.equal(250 - margin - reserve);
    await noteBucket(run(1), portal, null);
    expect(await takeAll()).to.equal(0);
  });

  describe('when people never stop asking', () => {
    const size = { size: 30, drain: 40 };

    /** Asks again and again for so many milliseconds; returns how many requests it was given, and when the first one was. */
    async function asking(portal: string, urgency: 'interactive' | 'normal' | 'bulk', forMs: number, callers = 1) {
      const startedAt = performance.now();
      let given = 0;
      let firstMs = Number.POSITIVE_INFINITY;
      const ask = async (n: number) => {
        while (performance.now() - startedAt < forMs) {
          const wait = await takeRequest(run(n), portal, size, urgency);
          if (wait > 0) await sleep(Math.min(wait, 50));
          else {
            firstMs = Math.min(firstMs, performance.now() - startedAt);
            given += 1;
          }
        }
      };
      await Promise.all(Array.from({ length: callers }, (_, n) => ask(n)));
      return { perSecond: given / (forMs / 1000), firstMs };
    }

    for (const urgency of ['normal', 'bulk'] as const) {
      it(`gives ${urgency} work its half of the rate, from the first moment, and people the rest`, async () => {
        const portal = nextPortal();
        const people = asking(portal, 'interactive', 4000, 12);
        await sleep(2000);
        const work = await asking(portal, urgency, 2000);
        expect(work.firstMs).to.be.below(400);
        expect(work.perSecond).to.be.at.least(size.drain * 0.4);
        expect((await people).perSecond).to.be.at.least(size.drain * 0.6);
      });
    }

    it('gives people all there is while no work waits', async () => {
      const { perSecond } = await asking(nextPortal(), 'interactive', 2000, 12);
      expect(perSecond).to.be.at.least(size.drain * 0.85);
    });

    it('leaves a person who asks now and then before the work that waits', async () => {
      const portal = nextPortal();
      const work = asking(portal, 'bulk', 1500, 4);
      await sleep(500);
      for (let n = 0; n < 5; n++) {
        expect(await takeRequest(run(0), portal, size, 'interactive')).to.equal(0);
        await sleep(100);
      }
      await work;
    });
  });

  it('keeps portals apart', async () => {
    const [one, other] = [nextPortal(), nextPortal()];
    const size = { size: 9, drain: 0.001 };
    expect(await takeRequest(run(0), one, size, 'normal')).to.equal(0);
    expect(await takeRequest(run(0), one, size, 'normal')).to.be.greaterThan(0);
    expect(await takeRequest(run(0), other, size, 'normal')).to.equal(0);
  });

  it('closes after a refusal of the portal, twice as long after each, a minute at most', async () => {
    const portal = nextPortal();
    const size = { size: 50, drain: 2 };
    const waits: number[] = [];
    for (let n = 0; n < 7; n++) waits.push(await closeBucket(run(n), portal, size));
    expect(waits).to.deep.equal([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(await takeRequest(run(0), portal, size, 'interactive')).to.be.within(59_000, 60_000);
    const other: Promise<number> = closeBucket(run(0), nextPortal(), size);
    expect(await other).to.equal(2000);
  });

  describe('as limits', () => {
    const slept: number[] = [];
    const clock: Clock = { now: () => new Date(), sleep: async (ms) => void slept.push(ms) };
    const limitsOf = (n: number) => makeLimits({ run: run(n), clock, bucket: { size: 50, drain: 2 } });
    const limits = () => limitsOf(0);
    const nothing = new Map<string, number>();
    beforeEach(() => {
      slept.length = 0;
    });

    it('remember what calls cost, for every process', async () => {
      const portal = nextPortal();
      expect(await limits().stepSize(portal, 'crm.item.add')).to.deep.equal({ size: 8, cost: null });
      const cost = { method: 'crm.item.add', calls: 8, seconds: 2, operating: 2, resetAt: null };
      await limits().report(portal, [cost], nothing);
      expect(await limitsOf(1).stepSize(portal, 'crm.item.add')).to.deep.equal({ size: 12, cost: 0.25 });
    });

    it('give a job back that would have to wait for minutes, and say how long', async () => {
      const portal = nextPortal();
      const cost = { method: 'crm.item.add', calls: 40, seconds: 400, operating: 450, resetAt: null };
      await limits().report(portal, [cost], nothing);
      const calls = new Map([['crm.item.add', 10]]);
      const error = await limits()
        .acquire(portal, calls, {})
        .catch((reason: unknown) => reason);
      expect(error).to.include({ kind: 'limit', code: 'method_limit_reached' });
      expect((error as { retryAfterMs: number }).retryAfterMs).to.be.within(100_000, 250_000);
      expect(slept).to.deep.equal([]);
      // Other methods go on.
      await limits().acquire(portal, new Map([['crm.item.list', 1]]), {});
    });

    it('close a method for as long as the portal said in its last good answer', async () => {
      const portal = nextPortal();
      const own = limits();
      const resetAt = Date.now() + 200_000;
      await own.report(portal, [{ method: 'crm.item.update', calls: 1, seconds: 1, operating: 479, resetAt }], nothing);
      expect(await own.outOfTime(portal, 'crm.item.update')).to.be.within(190_000, 200_000);
      expect(await limits().outOfTime(portal, 'crm.item.get')).to.be.within(59_000, 60_000);
    });

    it('count what is in flight: two steps never share the seconds that are left for one', async () => {
      const portal = nextPortal();
      const cost = { method: 'crm.item.add', calls: 10, seconds: 10, operating: 390, resetAt: null };
      await limits().report(portal, [cost], nothing);
      const calls = new Map([['crm.item.add', 12]]);
      const asked = await Promise.allSettled([0, 1, 0, 1].map((n) => limitsOf(n).acquire(portal, calls, {})));
      expect(asked.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });

    it('count what is in flight on top of what the portal says it has spent', async () => {
      const portal = nextPortal();
      const own = limits();
      const told = (operating: number, calls: number) => ({
        ...{ method: 'crm.item.add', calls, seconds: calls, operating, resetAt: null },
      });
      await own.report(portal, [told(370, 10)], nothing);
      const calls = (count: number) => new Map([['crm.item.add', count]]);
      const first = await own.acquire(portal, calls(15), {});
      await own.acquire(portal, calls(15), {});
      // Other applications spent eight seconds more; the second request of ours is not in the portal's sum yet.
      await own.report(portal, [told(393, 15)], first);
      const error = await own.acquire(portal, calls(8), {}).catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'method_limit_reached' });
    });

    it('give back what was reserved for a request that the portal did not execute', async () => {
      const portal = nextPortal();
      const own = limits();
      await own.report(
        portal,
        [{ method: 'crm.item.add', calls: 1, seconds: 1, operating: 390, resetAt: null }],
        nothing,
      );
      for (let n = 0; n < 5; n++) {
        const reservation = await own.acquire(portal, new Map([['crm.item.add', 15]]), {});
        expect([...reservation]).to.deep.equal([['crm.item.add', 15]]);
        await own.release(portal, reservation);
      }
    });

    it('count what a request really cost, not what was expected of it', async () => {
      const portal = nextPortal();
      const own = limits();
      await own.report(
        portal,
        [{ method: 'crm.item.add', calls: 1, seconds: 10, operating: 10, resetAt: null }],
        nothing,
      );
      for (let n = 0; n < 20; n++) {
        const reservation = await own.acquire(portal, new Map([['crm.item.add', 30]]), {});
        const answered = { method: 'crm.item.add', calls: 30, seconds: 0.3, operating: 10 + n, resetAt: null };
        await own.report(portal, [answered], reservation);
      }
    });

    it('wait a moment for a request by themselves', async () => {
      const portal = nextPortal();
      const fast = makeLimits({
        run: run(0),
        clock: { ...clock, sleep: (ms) => sleep(ms) },
        bucket: { size: 9, drain: 20 },
      });
      const startedAt = performance.now();
      for (let n = 0; n < 5; n++) await fast.acquire(portal, new Map(), {});
      expect(performance.now() - startedAt).to.be.within(150, 10_000);
    });
  });
});
