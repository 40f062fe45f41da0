import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const path = '/api/integration/bitrix24/settings';

describe('a kind that is not synchronised automatically', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, address: string, body?: unknown) => world.call(tenant.token, method, address, body);
  const put = async (settings: unknown) => {
    const answer = await call('PUT', path, settings);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  };

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  it('its change waits, a run takes it, and other kinds go on', async () => {
    await put({ automatic: { object: false } });
    await call('POST', '/api/objects', { name: 'По просьбе' });
    await call('POST', '/api/users', { name: 'Сам Собой' });
    expect(await world.sql(`select 1 from sync_queue where entity = 'object'`)).to.deep.equal([]);
    await world.settled();
    const titles = () =>
      world.portal
        .records('deal')
        .list()
        .map((deal) => deal.TITLE);
    expect(titles()).to.not.include('По просьбе');
    expect(world.portal.records('contact').list()).to.have.length(1);
    await call('POST', '/api/integration/bitrix24/sync/to', { sync_objects: true, wait: true });
    expect(titles()).to.include('По просьбе');
    await put({});
    await call('POST', '/api/objects', { name: 'Снова сам' });
    await world.settled();
    expect(titles()).to.include('Снова сам');
  });

  describe('and is changed in the portal', () => {
    let dealId: number;
    const deal = () => world.portal.records('deal').get(dealId);
    const name = async () => (await world.sql(`select name from objects where name like 'Тягач%'`))[0]?.name;
    const rename = async (title: string) => {
      world.portal.records('deal').update(dealId, { TITLE: title });
      await world.portal.events.settled();
    };
    const resting = (count: number) =>
      eventually(async () => {
        const { queue } = (await call('GET', '/api/integration/bitrix24/health')).body.data;
        expect(queue).to.include({ depth: count, due: 0, resting: count });
      });

    before(async () => {
      const { body } = await call('POST', '/api/objects', { name: 'Тягач' });
      await world.settled();
      dealId = Number((await world.remoteOf(tenant, 'object', body.data.id)).ID);
    });
    afterEach(async () => {
      await put({});
      await world.settled();
    });

    it('the change waits, is no delay, and comes when the kind is synchronised automatically again', async () => {
      await put({ automatic: { object: false } });
      await rename('Тягач раз');
      await resting(1);
      await sleep(1000);
      expect(await name()).to.equal('Тягач');
      await world.sql(`update sync_queue set queued_at = now() - interval '2 hours'`);
      expect((await call('GET', '/api/integration/bitrix24/health')).body.data.status).to.equal('healthy');
      const { complete_until: until } = (await call('GET', '/api/integration/bitrix24/stats')).body.data.sync;
      if (until) expect(Date.parse(until)).to.be.above(Date.now() - 7_000_000);
      await put({});
      await world.settled();
      expect(await name()).to.equal('Тягач раз');
    });

    it('what the searches find waits, too', async () => {
      await put({ automatic: { object: false } });
      world.portal.records('deal').update(dealId, { TITLE: 'Тягач два' });
      await world.runJob('sweep', tenant);
      await resting(1);
      expect(await name()).to.equal('Тягач раз');
    });

    for (const direction of ['to', 'from']) {
      it(`a run ${direction} the portal takes it`, async () => {
        await put({ automatic: { object: false } });
        await rename(`Тягач ${direction}`);
        await resting(1);
        const run = await call('POST', `/api/integration/bitrix24/sync/${direction}`, {
          sync_objects: true,
          wait: true,
        });
        expect(run.status, JSON.stringify(run.body)).to.equal(200);
        await eventually(async () => expect(await name()).to.equal(`Тягач ${direction}`));
      });
    }

    it('a pair that a person asks for now is taken, and the next change waits again', async () => {
      await put({ automatic: { object: false } });
      await rename('Тягач сейчас');
      await resting(1);
      const { mappings } = (await call('GET', '/api/integration/bitrix24/mappings?q=Тягач')).body.data;
      await call('POST', `/api/integration/bitrix24/mappings/${mappings[0].id}/sync`, { wait: true });
      expect(await name()).to.equal('Тягач сейчас');
      await rename('Тягач потом');
      await sleep(1000);
      expect(await name()).to.equal('Тягач сейчас');
      expect(deal().TITLE).to.equal('Тягач потом');
    });
  });
});
