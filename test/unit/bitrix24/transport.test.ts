import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { expect } from 'chai';
import sinon from 'sinon';
import { Bitrix24Error } from '../../../app/bitrix24/errors.ts';
import type { Transport } from '../../../app/bitrix24/sdk.ts';
import type { FaultAction } from '../../portal/faults.ts';
import { type SimulatedPortal, startPortal } from '../../portal/portal.ts';
import { countRequests, type ReachedPortal, reachPortal } from '../../support/portal-client.ts';

const calls = new Map([['crm.item.add', 1]]);
const add = { entityTypeId: 2, fields: { title: 'Камаз' } };

const refuse = (status: number, error: string): FaultAction => ({
  kind: 'refuse',
  status,
  error,
  description: `Said with ${status}`,
});

interface Case {
  name: string;
  fault: FaultAction;
  expected: Partial<Pick<Bitrix24Error, 'code' | 'kind' | 'retryable' | 'uncertain' | 'retryAfterMs'>>;
}

const lost = { kind: 'network', retryable: true, uncertain: true } as const;
const refused = { uncertain: false, retryable: false } as const;

const cases: Case[] = [
  {
    name: 'the connection breaks before the portal works',
    fault: { kind: 'dropBefore' },
    expected: { code: 'portal_unreachable', ...lost },
  },
  {
    name: 'the connection breaks after the portal worked',
    fault: { kind: 'dropAfter' },
    expected: { code: 'portal_unreachable', ...lost },
  },
  ...[200, 403, 500, 502, 503, 504].map((status) => ({
    name: `a page of HTML with the status ${status}`,
    fault: { kind: 'html', status } as const,
    expected: { code: 'bitrix24_no_json', ...lost },
  })),
  { name: '500', fault: refuse(500, 'INTERNAL_SERVER_ERROR'), expected: { code: 'INTERNAL_SERVER_ERROR', ...lost } },
  {
    name: '502 with a code that nobody knows',
    fault: refuse(502, 'SOMETHING'),
    expected: { code: 'SOMETHING', ...lost },
  },
  {
    name: '503, too many requests',
    fault: refuse(503, 'QUERY_LIMIT_EXCEEDED'),
    expected: { code: 'QUERY_LIMIT_EXCEEDED', kind: 'limit', retryable: true, uncertain: false, retryAfterMs: 2000 },
  },
  {
    name: '429, no execution time left',
    fault: refuse(429, 'OPERATION_TIME_LIMIT'),
    expected: { code: 'OPERATION_TIME_LIMIT', kind: 'limit', retryable: true, uncertain: false, retryAfterMs: 60_000 },
  },
  ...['expired_token', 'invalid_token', 'NO_AUTH_FOUND', 'INVALID_CREDENTIALS'].map((error) => ({
    name: `401 ${error}`,
    fault: refuse(401, error),
    expected: { code: error, kind: 'auth', ...refused } as const,
  })),
  {
    name: '403',
    fault: refuse(403, 'insufficient_scope'),
    expected: { code: 'insufficient_scope', kind: 'auth', ...refused },
  },
  { name: '400', fault: refuse(400, 'NOT_FOUND'), expected: { code: 'NOT_FOUND', kind: 'gone', ...refused } },
  {
    name: '400 without a code',
    fault: refuse(400, ''),
    expected: { code: 'bitrix24_refused', kind: 'validation', ...refused },
  },
  {
    name: 'an error with the status 200',
    fault: refuse(200, 'ERROR_CORE'),
    expected: { code: 'ERROR_CORE', kind: 'validation', ...refused },
  },
  {
    name: 'a redirect',
    fault: { kind: 'redirect', host: '127.0.0.1:1' },
    // The old host executes nothing, and the secret is not sent to the new one.
    expected: { code: 'portal_moved', kind: 'auth', retryable: false, uncertain: false },
  },
];

describe('the way to a portal', () => {
  afterEach(() => sinon.restore());

  let portal: SimulatedPortal;
  let reached: ReachedPortal;
  let transport: Transport;

  before(async () => {
    portal = await startPortal({ switches: { rateLimited: false } });
    reached = reachPortal(portal);
    transport = reached.transport;
  });
  after(async () => {
    reached.close();
    await portal.stop();
  });
  beforeEach(() => {
    portal.faults.clear();
    reached.lines.length = 0;
  });

  const send = (timeoutMs = 5000, signal?: AbortSignal) =>
    transport.send('crm.item.add', add, { calls, timeoutMs, ...(signal && { signal }) });

  async function failure(timeoutMs?: number): Promise<Bitrix24Error> {
    const error = await send(timeoutMs).then(
      () => new Error('It succeeded'),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Bitrix24Error);
    return error as Bitrix24Error;
  }

  function expectNoSecret(error: unknown): void {
    const said = [...reached.lines, inspect(error, { depth: 12, showHidden: true }), JSON.stringify(error)].join('\n');
    expect(said).not.to.contain(reached.webhook.secret);
  }

  for (const { name, fault, expected } of cases) {
    it(`sends one request and no more: ${name}`, async () => {
      const requests = countRequests(portal);
      portal.faults.add({ action: fault });
      const error = await failure();
      expect(error).to.include(expected);
      expect(requests.count).to.equal(1);
      expectNoSecret(error);
    });
  }

  it('sends one request and no more: no answer in time', async () => {
    const requests = countRequests(portal);
    portal.faults.add({ action: { kind: 'delay', ms: 500 } });
    const startedAt = performance.now();
    const error = await failure(100);
    expect(performance.now() - startedAt).to.be.lessThan(450);
    expect(error).to.include({ code: 'portal_answer_late', ...lost });
    expect(requests.count).to.equal(1);
    expectNoSecret(error);
  });

  it('ends a request whose answer drips a byte at a time, when its whole time is over', async () => {
    portal.faults.add({ times: 1, action: { kind: 'drip', everyMs: 30 } });
    const startedAt = performance.now();
    const error = await failure(300);
    expect(performance.now() - startedAt).to.be.within(250, 1500);
    expect(error).to.include({ code: 'portal_answer_late', ...lost });
    expectNoSecret(error);
  });

  it('rejects an answer without an end long before its time is over', async () => {
    portal.faults.add({ times: 1, action: { kind: 'flood' } });
    const startedAt = performance.now();
    const error = await failure(25_000);
    expect(performance.now() - startedAt).to.be.lessThan(20_000);
    expect(error).to.include({ code: 'portal_answer_too_long', ...lost });
  });

  for (const { name, writes, ms, cut, told } of [
    { name: 'a read that lasts longer is cut', writes: false, ms: 2500, cut: true, told: 1 },
    { name: 'a quick read is no reason', writes: false, ms: 0, cut: false, told: 0 },
    { name: 'a write that lasts longer is waited for', writes: true, ms: 2500, cut: false, told: 1 },
    { name: 'a quick write is no reason', writes: true, ms: 0, cut: false, told: 0 },
  ]) {
    it(`tells of a slow portal by the caller's patience: ${name}`, async () => {
      let slow = 0;
      const patience = { readMs: 1500, writeMs: 1500, onSlow: () => (slow += 1) };
      if (ms > 0) portal.faults.add({ times: 1, action: { kind: 'delay', ms } });
      const sending = transport.send('crm.item.add', add, { calls, timeoutMs: 5000, writes, patience });
      const outcome = await sending.then(
        () => 'answer',
        () => 'cut',
      );
      expect({ outcome, slow }).to.deep.equal({ outcome: cut ? 'cut' : 'answer', slow: told });
    });
  }

  it('knows that nothing was done when there is nobody to connect to', async () => {
    const closed = await startPortal();
    const way = reachPortal(closed);
    await closed.stop();
    const error = await way.transport
      .send('profile', {}, { calls, timeoutMs: 2000 })
      .catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'portal_unreachable', kind: 'network', uncertain: false });
    expect(inspect(error, { depth: 12 })).not.to.contain(way.webhook.secret);
    way.close();
  });

  it('follows no redirect, not even to itself', async () => {
    const requests = countRequests(portal);
    portal.faults.add({ action: { kind: 'redirect', host: portal.host } });
    expect(await failure()).to.include({ code: 'portal_moved' });
    expect(requests.count).to.equal(1);
  });

  it('takes an answer without its time key for the success that it is', async () => {
    portal.faults.add({ action: { kind: 'noTime' } });
    const before = portal.records('deal').list().length;
    const { result } = await send();
    expect((result as { item: { title: string } }).item.title).to.equal('Камаз');
    expect(portal.records('deal').list()).to.have.length(before + 1);
  });

  it('leaves pace to our own limits: thirty requests at once are not held back', async () => {
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => send()));
    expect(performance.now() - startedAt).to.be.lessThan(8000);
  });

  it('slows nobody down for the refusals that it got, neither itself nor another client', async () => {
    const other = reached.makeTransport();
    const stop = portal.faults.add({ action: refuse(503, 'QUERY_LIMIT_EXCEEDED') });
    for (let n = 0; n < 5; n++) await failure();
    stop();
    const startedAt = performance.now();
    await send();
    await other.send('crm.item.add', add, { calls, timeoutMs: 5000 });
    expect(performance.now() - startedAt).to.be.lessThan(800);
  });

  it('asks our limits before each request, and sends nothing when they refuse', async () => {
    const requests = countRequests(portal);
    const { acquire } = reached.limits;
    reached.limits.acquire = async () => {
      throw new TypeError('Not now');
    };
    const error = await send().catch((reason: unknown) => reason);
    reached.limits.acquire = acquire;
    expect(String(error)).to.contain('Not now');
    expect(requests.count).to.equal(0);
  });

  it('sends nothing once it was told to stop', async () => {
    const requests = countRequests(portal);
    const stopped = new AbortController();
    stopped.abort(new Error('Stopping'));
    const error = await send(5000, stopped.signal).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal('Stopping');
    expect(requests.count).to.equal(0);
  });

  describe('told to stop while the portal works on its request', () => {
    async function stopMeanwhile(options: { writes: boolean; answersAfterMs: number }): Promise<unknown> {
      portal.faults.add({ action: { kind: 'delay', ms: options.answersAfterMs } });
      const stop = new AbortController();
      const sent = transport.send(
        'crm.item.list',
        { entityTypeId: 2 },
        {
          calls: new Map([['crm.item.list', 1]]),
          timeoutMs: 5000,
          signal: stop.signal,
          writes: options.writes,
        },
      );
      setTimeout(() => stop.abort(new Error('Stopping')), 50);
      return sent.catch((reason: unknown) => reason);
    }

    it('it waits for the outcome of a write', async () => {
      expect(await stopMeanwhile({ writes: true, answersAfterMs: 150 })).to.have.property('result');
    });

    it('it leaves a read at once, and counts what the read may cost', async () => {
      const leaveSpent = sinon.spy(reached.limits, 'leaveSpent');
      const startedAt = performance.now();
      const error = await stopMeanwhile({ writes: false, answersAfterMs: 3000 });
      expect((error as Error).message).to.equal('Stopping');
      expect(performance.now() - startedAt).to.be.lessThan(1500);
      expect(leaveSpent.callCount).to.equal(1);
    });
  });

  it('costs the promises of the process no more, however many portals there are', async () => {
    // Each store of this kind is looked at whenever any promise is made, for as long as the process lives.
    const runs = sinon.spy(AsyncLocalStorage.prototype, 'run');
    const options = { calls: new Map([['profile', 1]]), timeoutMs: 5000 };
    const answers = [1, 2, 3].map(() => reached.makeTransport().send('profile', {}, options));
    await Promise.all(answers);
    const ours = runs.getCalls().filter(({ args: [store] }) => 'reservation' in Object(store));
    expect(ours).to.have.length(3);
    expect(new Set(ours.map(({ thisValue }) => thisValue)).size).to.equal(1);
  });
});
