import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { SimulatedApp } from './simulated-app.ts';

interface Row {
  ID: string;
  EVENT_NAME: string;
  EVENT_DATA: { FIELDS: { ID: string } };
  MESSAGE_ID: string;
}

describe('the queue of offline events', () => {
  let pair: PortalPair;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
    await call('event.bind', { event: 'ONCRMDEALUPDATE', event_type: 'offline' });
    await call('event.bind', { event: 'ONCRMDEALADD', event_type: 'offline' });
  });
  afterEach(() => pair.stop());

  const call = async (method: string, params = {}) => {
    const { status, body } = await pair.rest(app, method, params);
    return status === 200 ? body.result : `${status} ${body.error}: ${body.error_description}`;
  };
  const get = (params = {}) =>
    call('event.offline.get', params) as Promise<{ process_id: string | null; events: Row[] }>;
  const list = async () => (await call('event.offline.list')) as Row[];
  const deals = () => pair.portal.records('deal');
  const addDeals = (count: number) =>
    Array.from({ length: count }, (_, index) => deals().create({ TITLE: `Сделка ${index}` }));

  it('is a set of changed records: the same change is kept once', async () => {
    const [deal] = addDeals(1);
    for (const title of ['a', 'b', 'c']) deals().update(Number(deal?.ID), { TITLE: title });
    const rows = await list();
    expect(rows.map((row) => row.EVENT_NAME)).to.deep.equal(['ONCRMDEALADD', 'ONCRMDEALUPDATE']);
    expect(rows[0]).to.deep.include({
      EVENT_DATA: { FIELDS: { ID: deal?.ID } },
      EVENT_ADDITIONAL: { user_id: '7' },
      PROCESS_ID: '',
      ERROR: '0',
    });
    expect(rows[0]?.MESSAGE_ID).to.match(/^[0-9a-f]{32}$/);
  });

  it('is emptied while it is read, when it is not asked to reserve', async () => {
    addDeals(3);
    const first = await get({ limit: 2 });
    expect(first.process_id).to.equal(null);
    expect(first.events).to.have.length(2);
    expect((await get()).events).to.have.length(1);
    expect(await get()).to.deep.equal({ process_id: null, events: [] });
  });

  it('reserves a batch until it is confirmed; a change meanwhile is a new row', async () => {
    const [deal] = addDeals(1);
    const batch = await get({ clear: 0 });
    expect(batch.process_id).to.match(/^[0-9a-f]{32}$/);
    expect((await get({ clear: 0 })).events).to.deep.equal([]);
    pair.portal.store.create('deal', { fields: {}, multifields: [] }, 1);
    deals().update(Number(deal?.ID), { TITLE: 'Новая' });
    expect((await get({ clear: 0, process_id: batch.process_id })).events).to.deep.equal(batch.events);
    expect(await call('event.offline.clear', { process_id: batch.process_id })).to.equal(true);
    expect((await list()).map((row) => row.EVENT_NAME)).to.deep.equal(['ONCRMDEALADD', 'ONCRMDEALUPDATE']);
  });

  it('gives parallel readers different rows', async () => {
    addDeals(6);
    const [one, two] = await Promise.all([get({ clear: 0, limit: 3 }), get({ clear: 0, limit: 3 })]);
    const ids = [...one.events, ...two.events].map((row) => row.ID);
    expect(new Set(ids).size).to.equal(6);
  });

  it('confirms some rows of a batch, by number or by message', async () => {
    addDeals(4);
    const { process_id, events } = await get({ clear: 0 });
    await call('event.offline.clear', { process_id, id: [Number(events[0]?.ID)] });
    await call('event.offline.clear', { process_id, message_id: [events[1]?.MESSAGE_ID] });
    const left = (await get({ clear: 0, process_id })).events.map((row) => row.ID);
    expect(left).to.deep.equal([events[2]?.ID, events[3]?.ID]);
    // A batch goes as a whole, whatever the limit says.
    await get({ clear: 1, process_id, limit: 1 });
    expect(await list()).to.deep.equal([]);
  });

  it('deletes everything that waits when an empty process is confirmed', async () => {
    addDeals(2);
    const { process_id } = await get({ clear: 0, limit: 1 });
    await call('event.offline.clear', { process_id: '' });
    expect((await list()).map((row) => (row as unknown as { PROCESS_ID: string }).PROCESS_ID)).to.deep.equal([
      process_id,
    ]);
    expect(await call('event.offline.clear', {})).to.equal(
      "400 ERROR_ARGUMENT: Argument 'PROCESS_ID' is null or empty",
    );
  });

  it('sets rows aside as errors, and deletes what waits under the same key', async () => {
    const [deal] = addDeals(1);
    await get();
    deals().update(Number(deal?.ID), { TITLE: 'a' });
    const { process_id, events } = await get({ clear: 0 });
    deals().update(Number(deal?.ID), { TITLE: 'b' });
    expect(await list()).to.have.length(2);
    await call('event.offline.error', { process_id, message_id: [events[0]?.MESSAGE_ID] });
    expect((await get({ clear: 0 })).events).to.deep.equal([]);
    const again = await get({ clear: 0, error: 1 });
    expect(again.events.map((row) => row.ID)).to.deep.equal([events[0]?.ID]);
  });

  it('leaves out of a keyed queue what was changed with the key, alone and inside a batch', async () => {
    await call('event.bind', { event: 'ONCRMDEALUPDATE', event_type: 'offline', auth_connector: 'axenta' });
    const [deal, other] = addDeals(2);
    await call('crm.item.update', {
      entityTypeId: 2,
      id: deal?.ID,
      fields: { title: 'наша' },
      auth_connector: 'axenta',
    });
    await call('batch', {
      cmd: { a: `crm.item.update?entityTypeId=2&id=${deal?.ID}&fields[title]=наша2&auth_connector=axenta` },
    });
    deals().update(Number(other?.ID), { TITLE: 'чужая' });
    const keyed = await get({ auth_connector: 'axenta' });
    expect(keyed.events.map((row) => row.EVENT_DATA.FIELDS.ID)).to.deep.equal([other?.ID]);
    const common = await get({ filter: { EVENT_NAME: 'ONCRMDEALUPDATE' } });
    expect(common.events).to.have.length(2);
  });

  it('checks what it is asked', async () => {
    expect(await get({ limit: 0 })).to.equal('400 ERROR_ARGUMENT: Value must be positive integer');
    expect(await get({ filter: { PROCESS_ID: 'x' } })).to.equal(
      '400 ERROR_ARGUMENT: Filter field not allowed: PROCESS_ID',
    );
    expect(await get({ filter: { '!ID': 1 } })).to.equal('400 ERROR_ARGUMENT: Filter operation not allowed: !');
    expect(await get({ filter: { ID: [1] } })).to.match(/has an invalid type$/);
    expect(await get({ filter: 'x' })).to.equal('400 ERROR_ARGUMENT: The filter is not an array.');
    expect(await get({ order: { TITLE: 'ASC' } })).to.equal('400 ERROR_ARGUMENT: Order field not allowed: TITLE');
    expect(await get({ order: { ID: 'UP' } })).to.equal(
      '400 ERROR_ARGUMENT: Order direction should be one of {ASC|DESC}',
    );
    pair.portal.setPlan({ offlineExtended: false });
    expect(await get({ clear: 0 })).to.equal(
      '403 WRONG_LICENSE: This feature is not enabled for the current license: extended offline events handling',
    );
  });

  it('is listed in pages, by filter and order', async () => {
    addDeals(53);
    const { body } = await pair.rest(app, 'event.offline.list', {
      filter: { '%EVENT_NAME': 'DEAL' },
      order: { ID: 'DESC' },
    });
    expect([body.result.length, body.total, body.next]).to.deep.equal([50, 53, 50]);
    const last = await pair.rest(app, 'event.offline.list', { start: 50, order: { ID: 'DESC' } });
    expect([last.body.result.length, last.body.next]).to.deep.equal([3, undefined]);
    const ids = last.body.result.map((row: Row) => Number(row.ID));
    const some = (await call('event.offline.list', { filter: { '@ID': ids } })) as Row[];
    expect(some).to.have.length(3);
  });

  describe('wakes its application', () => {
    let handler: Receiver;
    beforeEach(async () => {
      handler = await startReceiver();
    });
    afterEach(() => handler.stop());

    it('at once, then not before the time that was asked for', async () => {
      const params = { event: 'ONOFFLINEEVENT', handler: `${handler.url}/offline`, options: { minTimeout: 60 } };
      await call('event.bind', params);
      addDeals(3);
      await pair.portal.events.settled();
      const [post, ...more] = handler.of('ONOFFLINEEVENT');
      expect(more).to.deep.equal([]);
      expect(post?.form).not.to.have.property('data');
      expect(post?.form.auth).to.include.keys('access_token', 'refresh_token');
      pair.portal.clock.aheadMs = 61_000;
      addDeals(1);
      await pair.portal.events.settled();
      expect(handler.of('ONOFFLINEEVENT')).to.have.length(2);
    });
  });
});
