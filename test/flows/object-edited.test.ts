import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an object edited in the CRM', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  it('is created through REST and becomes a deal by itself', async () => {
    const created = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', imei: '490154203237518' });
    expect(created.status).to.equal(201);
    expect(created.body.data).to.include({ id: 1, name: 'Камаз', status: 'active', tenant_id: tenant.id });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз' });
  });

  it('changes the deal: one write, of the changed field alone', async () => {
    world.portal.journal.clear();
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Камаз 5490' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз 5490' });
    const writes = world.portal.journal.calls({ write: true });
    expect(writes).to.have.length(1);
    expect(writes[0]?.params).to.deep.include({ fields: { title: 'Камаз 5490' } });
  });

  it('does the same for a change made by plain SQL from another program', async () => {
    await world.sql(`update objects set description = 'Датчик <b>топлива</b> & [люк] 🚚 + 100%' where id = 1`);
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', 1);
    expect(String(deal.COMMENTS)).to.include('топлива');
    const [object] = await world.sql('select description from objects where id = 1');
    expect(object?.description).to.equal('Датчик <b>топлива</b> & [люк] 🚚 + 100%');
  });

  it("keeps a manager's note out of the part that is ours", async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    const edited = `Заметка менеджера\n${String(deal.COMMENTS)}`;
    world.portal.records('deal').update(Number(deal.ID), { COMMENTS: edited });
    await world.settled();
    await world.call(tenant.token, 'PATCH', '/api/objects/1', { type: 'truck' });
    await world.settled();
    const comments = String((await world.remoteOf(tenant, 'object', 1)).COMMENTS);
    expect(comments).to.match(/^Заметка менеджера/);
    expect(comments).to.include('Тип: truck');
  });

  it('is deleted, and its deal stays, without a link', async () => {
    await world.call(tenant.token, 'DELETE', '/api/objects/1');
    await world.settled();
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect(await world.sql('select state from bitrix24_sync_mappings')).to.deep.equal([{ state: 'unlinked' }]);
  });
});
