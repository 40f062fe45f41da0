import { expect } from 'chai';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type SimulatedPortal, startPortal } from './portal.ts';

describe("the simulated portal's recycle bin", () => {
  let portal: SimulatedPortal;
  let handler: Receiver;
  beforeEach(async () => {
    portal = await startPortal();
    handler = await startReceiver();
    portal.addOutgoingWebhook({ url: `${handler.url}/events` });
  });
  afterEach(async () => {
    await portal.stop();
    await handler.stop();
  });

  const deals = () => portal.records('deal');
  const make = () => deals().create({ TITLE: 'Из корзины', ORIGINATOR_ID: 'axenta', ORIGIN_ID: '1:object:5' });

  it('gives a record back under a new id, with its old fields, origin and time of change, and no event', async () => {
    const deal = make();
    deals().delete(Number(deal.ID));
    expect(portal.recycleBin.list('deal')).to.deep.equal([Number(deal.ID)]);
    await portal.events.settled();
    const before = handler.received.length;
    portal.clock.aheadMs = 3_600_000;
    const id = portal.recycleBin.restore('deal', Number(deal.ID));
    expect(id).to.be.greaterThan(Number(deal.ID));
    expect(deals().get(id)).to.deep.equal({ ...deal, ID: String(id) });
    expect(portal.recycleBin.list('deal')).to.deep.equal([]);
    await portal.events.settled();
    expect(handler.received.length).to.equal(before);
  });

  it('tells of the new record when it is asked to', async () => {
    const deal = make();
    deals().delete(Number(deal.ID));
    const id = portal.recycleBin.restore('deal', Number(deal.ID), { event: 'told' });
    await portal.events.settled();
    expect(handler.of('ONCRMDEALADD').map(({ form }) => form.data.FIELDS.ID)).to.deep.equal([deal.ID, String(id)]);
  });

  it('holds nothing that was purged or never deleted', () => {
    const id = Number(make().ID);
    expect(() => portal.recycleBin.restore('deal', id)).to.throw('NOT_FOUND');
    deals().delete(id);
    portal.recycleBin.purge('deal', id);
    expect(() => portal.recycleBin.restore('deal', id)).to.throw('NOT_FOUND');
    expect(() => portal.recycleBin.purge('deal', id)).to.throw('NOT_FOUND');
  });
});
