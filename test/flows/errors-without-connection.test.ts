import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

describe('errors that wait to be tried again when the portal is disconnected', () => {
  let world: World;
  let tenant: Tenant;
  const errors = async () => (await world.call(tenant.token, 'GET', '/api/integration/errors')).body.data.items;

  before(async () => {
    // The next attempt is an hour away: it never comes by itself here.
    world = await startWorld({ timings: { backoffMs: 3_600_000 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
    world.portal.faults.add({
      method: 'crm.item.add',
      action: { kind: 'refuse', status: 500, error: 'INTERNAL_SERVER_ERROR', description: 'x' },
    });
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз' });
    await eventually(async () => expect((await errors())[0]).to.include({ status: 'pending' }));
    await world.call(tenant.token, 'POST', `${address}/setup`, { webhook_url: null });
  });
  after(() => world.stop());

  it('wait for a person instead of an attempt that nobody will make', async () => {
    expect(await errors()).to.have.length(1);
    expect((await errors())[0]).to.include({ status: 'failed', next_retry_at: null });
    const stats = (await world.call(tenant.token, 'GET', '/api/integration/errors/stats')).body.data;
    expect(stats).to.include({ pending_errors: 0, failed_errors: 1 });
  });

  it('are tried again by that person after the reconnection', async () => {
    world.portal.faults.clear();
    await world.connect(tenant);
    const [{ id }] = await errors();
    expect((await world.call(tenant.token, 'POST', `/api/integration/errors/${id}/retry`)).status).to.equal(200);
    await world.settled();
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect((await errors())[0]).to.include({ status: 'resolved' });
  });
});
