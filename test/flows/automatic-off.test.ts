import { expect } from 'chai';
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
});
