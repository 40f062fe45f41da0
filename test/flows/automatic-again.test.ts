import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a kind that is synchronised automatically again', () => {
  let world: World;
  let tenant: Tenant;
  const automatic = (kinds: Record<string, boolean>) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { automatic: kinds });
  const deals = () =>
    world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз'), ($1, 'Газель')`, [tenant.id]);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());

  it('brings what changed in the CRM meanwhile, and what was deleted', async () => {
    await automatic({ object: false, user: false });
    await world.sql(`update objects set name = 'Камаз 2' where name = 'Камаз'`);
    await world.sql(`update objects set deleted_at = now() where name = 'Газель'`);
    await world.sql(`update users set name = 'Пётр'`);
    await world.settled();
    expect(deals()).to.deep.equal(['Камаз', 'Газель']);
    await automatic({ user: false });
    await world.settled();
    expect(deals()).to.deep.equal(['Камаз 2', 'Газель']);
    const linked = `select local_id from bitrix24_sync_mappings where local_type = 'object' and state = 'linked'`;
    expect(await world.sql(linked)).to.deep.equal([{ local_id: 1 }]);
  });

  it('leaves a kind alone that stays switched off', async () => {
    expect((await world.remoteOf(tenant, 'user', 1)).NAME).to.equal('Иван');
    await automatic({});
    await world.settled();
    expect((await world.remoteOf(tenant, 'user', 1)).NAME).to.equal('Пётр');
  });

  it('asks nothing of the portal when it was never off', async () => {
    world.portal.journal.clear();
    await automatic({});
    await world.settled();
    expect(world.portal.journal.calls()).to.deep.equal([]);
  });
});
