import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('events that come in disorder', () => {
  let world: World;
  let tenant: Tenant;
  let token: string;
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld({ portal: { switches: { rateLimited: false } }, bucket: { size: 1e6, drain: 1e6 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
    token = world.portal.addOutgoingWebhook({ url: `http://127.0.0.1:${world.port}/bitrix24/events` }).token;
    await world.connect(tenant, { outgoing_token: token });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 100) n`, [
      tenant.id,
    ]);
    await world.settled(30_000);
  });
  after(() => world.stop());
  afterEach(() =>
    Object.assign(world.portal.events.faults, { delayMs: 0, lossRate: 0, doubleRate: 0, shuffle: false }),
  );

  const send = (event: string, id: number | string) =>
    fetch(`http://127.0.0.1:${world.port}/bitrix24/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `event=${event}&data[FIELDS][ID]=${id}&auth[application_token]=${token}`,
    });
  const names = async () =>
    new Map(
      (await world.sql<{ id: number; name: string }>('select id, name from objects')).map((row) => [row.id, row.name]),
    );
  const titles = async () => {
    const mapped = await world.sql<{ local_id: number; bitrix24_id: string }>(
      `select local_id, bitrix24_id from bitrix24_sync_mappings where local_type = 'object'`,
    );
    return new Map(mapped.map((row) => [row.local_id, deals().get(Number(row.bitrix24_id)).TITLE]));
  };

  it('shuffled and doubled: both sides are equal in the end', async () => {
    Object.assign(world.portal.events.faults, { shuffle: true, doubleRate: 0.5 });
    for (const round of [1, 2, 3]) {
      for (const { ID } of deals().list().slice(0, 20))
        deals().update(Number(ID), { TITLE: `Сделка ${ID}, правка ${round}` });
    }
    await world.settled();
    expect(await names()).to.deep.equal(await titles());
  });

  it('lost, all of them: the sweep finds every change', async () => {
    world.portal.events.faults.lossRate = 1;
    for (const { ID } of deals().list().slice(20, 60))
      deals().update(Number(ID), { TITLE: `Сделка ${ID} без события` });
    await world.settled();
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await names()).to.deep.equal(await titles());
  });

  it('of records that nobody knows, of another kind, or deleted long ago: nothing happens, hardly anything is asked', async () => {
    const before = await names();
    const [company] = [world.portal.records('company').create({ TITLE: 'Компания' })];
    await world.settled();
    world.portal.journal.clear();
    for (const id of [900_001, 900_002, 900_003, company.ID]) {
      for (const change of ['ADD', 'UPDATE', 'DELETE'])
        expect((await send(`ONCRMDEAL${change}`, id)).status).to.equal(200);
    }
    await world.settled();
    expect(await names()).to.deep.equal(before);
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(world.portal.journal.calls({ method: 'crm.item.get' })).to.deep.equal([]);
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
  });

  it('without a usable id: refused, nothing is stored', async () => {
    for (const id of ['', '0', '-1', 'x', '99999999999'])
      expect((await send('ONCRMDEALUPDATE', id)).status).to.equal(400);
    expect(await world.sql('select 1 from sync_queue')).to.deep.equal([]);
  });

  it('five hundred on a hundred deals: few requests, and the last state counts', async () => {
    world.portal.journal.clear();
    for (let round = 1; round <= 5; round += 1) {
      for (const { ID } of deals().list()) deals().update(Number(ID), { TITLE: `Сделка ${ID}, круг ${round}` });
    }
    await world.settled(30_000);
    expect(world.portal.journal.entries.filter((entry) => entry.kind === 'event')).to.have.length(500);
    expect(await names()).to.deep.equal(await titles());
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    const requests = new Set(world.portal.journal.calls().map((call) => call.batchId));
    expect(requests.size).to.be.below(60);
  });
});
