import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('both sides changed before they met', () => {
  let world: World;
  let tenant: Tenant;
  let dealId: number;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', description: 'Старое' });
    await world.settled();
    dealId = Number((await world.remoteOf(tenant, 'object', 1)).ID);
  });
  after(() => world.stop());

  /** Changes both sides while the app is away, so that neither sees the other's change first. */
  async function changeBoth(ours: string, theirs: Record<string, unknown>): Promise<void> {
    await world.stopApp();
    await world.sql(ours);
    world.portal.records('deal').update(dealId, theirs);
    await world.startApp();
    await world.settled();
  }

  it('in different fields: both changes stay', async () => {
    await changeBoth(`update objects set name = 'Камаз новый'`, { COMMENTS: 'Новое' });
    const [object] = await world.sql('select name, description from objects');
    expect(object).to.deep.equal({ name: 'Камаз новый', description: 'Новое' });
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз новый', COMMENTS: 'Новое' });
    expect(await world.sql('select * from sync_conflicts')).to.deep.equal([]);
  });

  it('in the same field: the later change wins, the other value is kept', async () => {
    world.portal.clock.aheadMs = 5000;
    await changeBoth(`update objects set name = 'Наше имя'`, { TITLE: 'Их имя' });
    world.portal.clock.aheadMs = 0;
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Их имя' }]);
    const [conflict] = await world.sql(
      'select id, field, local_value, bitrix24_value, winner, policy, state from sync_conflicts',
    );
    expect(conflict).to.deep.include({
      field: 'title',
      local_value: 'Наше имя',
      winner: 'bitrix24',
      policy: 'latest',
      state: 'open',
    });
    const answer = await world.call(
      tenant.token,
      'POST',
      `/api/integration/bitrix24/conflicts/${conflict?.id}/resolve`,
      { keep: 'crm' },
    );
    expect(answer.status).to.equal(200);
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Наше имя' });
  });

  it('with the policy crm: ours wins although it is older', async () => {
    const settings = { policies: { object: 'crm' } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
    world.portal.clock.aheadMs = 5000;
    await changeBoth(`update objects set name = 'Наше второе'`, { TITLE: 'Их второе' });
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Наше второе' });
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Наше второе' }]);
  });

  it('to the same value: nothing is written, nothing is a conflict', async () => {
    const before = await world.sql('select count(*)::int as count from sync_conflicts');
    world.portal.journal.clear();
    await changeBoth(`update objects set name = 'Одно и то же'`, { TITLE: 'Одно и то же' });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await world.sql('select count(*)::int as count from sync_conflicts')).to.deep.equal(before);
  });
});
