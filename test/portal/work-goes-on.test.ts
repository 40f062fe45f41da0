import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { openCall } from '../support/open-call.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

describe('a simulated portal that works on when its caller has gone', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;
  beforeEach(async () => {
    portal = await startPortal();
    webhook = portal.addWebhook();
  });
  afterEach(() => portal.stop());

  const titles = () =>
    portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);
  const open = (method: string, params: Record<string, unknown>) =>
    openCall(webhook.url + method, portal.caPem, params);
  const lose = (method: string) =>
    portal.faults.add({ method, times: 1, action: { kind: 'answerLostWhileWorking', ms: 300 } });

  it('breaks the connection at once and makes the record later', async () => {
    lose('crm.item.add');
    const call = open('crm.item.add', { entityTypeId: 2, fields: { title: 'Позже' } });
    await eventually(() => call.state === 'broken');
    await sleep(50);
    expect(titles()).to.deep.equal([]);
    await eventually(() => titles().length === 1);
  });

  it('executes the rest of a batch too, whose answer is lost', async () => {
    lose('crm.item.add');
    const cmd = ['A', 'B'].map((title) => `crm.item.add?entityTypeId=2&fields[title]=${title}`);
    const call = open('batch', { cmd });
    await eventually(() => call.state === 'broken');
    expect(titles()).to.deep.equal([]);
    await eventually(() => titles().length === 2);
    expect(titles()).to.deep.equal(['A', 'B']);
  });
});
