import { expect } from 'chai';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('what a connection may do in its portal', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  const look = async (language = 'ru') =>
    world.call(tenant.token, 'POST', `${bitrix24}/rights`, undefined, { 'accept-language': language });

  it('cannot be looked at before there is a connection', async () => {
    expectRefusal(await look(), 400, 'not_configured');
  });

  it('is looked at in the portal itself, and remembered', async () => {
    const webhook = world.portal.addWebhook({ scopes: ['crm'] });
    await world.connect({ ...tenant, webhookUrl: webhook.url });
    expect((await look()).body.data).to.deep.equal({ granted: ['crm'], unreadable: [] });
    webhook.setScopes(['crm', 'user_brief']);
    expect((await look()).body.data.granted).to.deep.equal(['crm', 'user_brief']);
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/setup`);
    expect(body.data.scope).to.deep.equal(['crm', 'user_brief']);
  });

  it('tells the kind that may not be read, until it may', async () => {
    const mend = world.portal.faults.add({
      method: 'crm.item.list',
      when: ({ entityTypeId }) => Number(entityTypeId) === 4,
      action: { kind: 'refuse', status: 400, error: 'ACCESS_DENIED', description: 'Access denied.' },
    });
    const { unreadable } = (await look('en')).body.data;
    expect(unreadable).to.have.length(1);
    expect(unreadable[0]).to.include({ kind: 'contract', code: 'ACCESS_DENIED' });
    expect(unreadable[0].message).to.match(/^No right to read companies in Bitrix24/);
    mend();
    expect((await look()).body.data.unreadable).to.deep.equal([]);
  });
});
