import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe("a tenant's own field map", () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_MANY', 'string', true);
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const choose = (object: unknown) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { field_map: { object } });
  const deal = () => world.remoteOf(tenant, 'object', 1);
  const edit = async (fields: Record<string, unknown>) => {
    world.portal.records('deal').update(Number((await deal()).ID), fields);
    await world.settled();
  };
  const object = async () => (await world.sql('select name, serial_number, description from objects where id = 1'))[0];

  it('keeps a CRM column and a user field equal, both ways', async () => {
    const answer = await choose({ custom: [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }] });
    expect(answer.status).to.equal(200);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', serial_number: 'SN-1' });
    await world.settled();
    expect(await deal()).to.include({ UF_CRM_SERIAL: 'SN-1' });
    await edit({ UF_CRM_SERIAL: 'SN-2' });
    expect(await object()).to.include({ serial_number: 'SN-2' });
    await edit({ UF_CRM_SERIAL: '' });
    expect(await object()).to.include({ serial_number: null });
  });

  it('refuses a field that holds several values, and one that is not there', async () => {
    for (const bitrix24 of ['UF_CRM_MANY', 'UF_CRM_NONE', 'TITLE']) {
      const answer = await choose({ custom: [{ local: 'serial_number', bitrix24, owner: 'both' }] });
      expect(answer.status, bitrix24).to.equal(400);
    }
  });

  it('leaves a pair alone that is switched off', async () => {
    await choose({ disabled: ['description'] });
    await edit({ COMMENTS: 'Только в портале' });
    expect(await object()).to.include({ description: null });
    await world.sql(`update objects set description = 'Только в CRM'`);
    await world.settled();
    expect((await deal()).COMMENTS).to.equal('Только в портале');
  });

  it('restores the title when the CRM owns it, takes it when Bitrix24 does', async () => {
    await choose({ owners: { title: 'crm' }, disabled: ['description'] });
    await edit({ TITLE: 'Их имя' });
    expect(await deal()).to.include({ TITLE: 'Камаз' });
    expect(await object()).to.include({ name: 'Камаз' });
    await choose({ owners: { title: 'bitrix24' }, disabled: ['description'] });
    await edit({ TITLE: 'Их второе имя' });
    expect(await object()).to.include({ name: 'Их второе имя' });
  });
});
