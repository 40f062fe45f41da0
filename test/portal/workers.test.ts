import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import { openCall } from '../support/open-call.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

describe('workers of the simulated portal', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;

  beforeEach(async () => {
    portal = await startPortal({ latency: 'mid', switches: { virtualSeconds: false, workers: 2 } });
    webhook = portal.addWebhook();
  });
  afterEach(() => portal.stop());

  const list = () => callHttps(`${webhook.url}crm.item.list`, portal.caPem, { json: { entityTypeId: 2 } });
  const burst = (size: number) => Promise.all(Array.from({ length: size }, list));

  /** Two requests that hold both workers until they are let go. */
  async function holdBoth(): Promise<() => void> {
    const remove = portal.faults.add({ method: 'scope', action: { kind: 'hang' } });
    const hanging = [1, 2].map(() => openCall(`${webhook.url}scope`, portal.caPem, {}));
    await eventually(() => portal.workers.atWork === 2);
    remove();
    return () => {
      for (const call of hanging) call.close();
    };
  }

  it('execute so many requests at once, the others wait in line', async () => {
    const letGo = await holdBoth();
    const waiting = burst(4);
    await eventually(() => portal.workers.inFlight === 6);
    expect(portal.workers.atWork).to.equal(2);
    const startedAt = performance.now();
    letGo();
    expect((await waiting).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    // Two rounds of 94 ms each.
    expect(performance.now() - startedAt).to.be.greaterThan(180);
    expect(portal.workers).to.include({ maxAtWork: 2, maxAtOnce: 6, inFlight: 0, atWork: 0 });
  });

  it('are without number unless the portal is set so', async () => {
    portal.switches.workers = null;
    const remove = portal.faults.add({ method: 'scope', action: { kind: 'hang' } });
    const hanging = Array.from({ length: 6 }, () => openCall(`${webhook.url}scope`, portal.caPem, {}));
    await eventually(() => portal.workers.atWork === 6);
    remove();
    for (const call of hanging) call.close();
    await eventually(() => portal.workers.inFlight === 0);
    portal.workers.reset();
    await burst(1);
    expect(portal.workers).to.include({ maxAtWork: 1, maxAtOnce: 1 });
  });

  it('are held by requests that hang, until their callers give up', async () => {
    const letGo = await holdBoth();
    const waiting = list();
    await eventually(() => portal.workers.inFlight === 3);
    expect(portal.workers.atWork).to.equal(2);
    letGo();
    expect((await waiting).status).to.equal(200);
  });

  it('execute a request from the line although its caller has gone', async () => {
    const letGo = await holdBoth();
    const fields = { title: 'Без вызвавшего' };
    const call = openCall(`${webhook.url}crm.item.add`, portal.caPem, { entityTypeId: 2, fields });
    await eventually(() => portal.workers.inFlight === 3);
    call.close();
    letGo();
    await eventually(() => portal.records('deal').list().length === 1);
  });
});
