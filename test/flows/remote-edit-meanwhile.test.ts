import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an edit in the portal between our reading and our writing', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Анна Смирнова', email: 'anna@mail.example' });
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  /** A person saves the contact the moment before our next update is carried out. */
  async function editJustBefore(fields: Record<string, unknown>): Promise<void> {
    const { ID: id } = await world.remoteOf(tenant, 'user', 1);
    let isDone = false;
    world.portal.faults.add({
      method: 'crm.item.update',
      when: () => {
        if (!isDone) world.portal.records('contact').update(Number(id), fields);
        isDone = true;
        return false;
      },
      action: { kind: 'delay', ms: 0 },
    });
  }

  it('of the last name, while we send the first name: both arrive on both sides', async () => {
    await editJustBefore({ LAST_NAME: 'Петрова' });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Мария Смирнова' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'user', 1)).to.include({ NAME: 'Мария', LAST_NAME: 'Петрова' });
    expect(await world.sql('select name from users')).to.deep.equal([{ name: 'Мария Петрова' }]);
  });

  it('of the first name, while we send the last name', async () => {
    await editJustBefore({ NAME: 'Дарья' });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Мария Иванова' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'user', 1)).to.include({ NAME: 'Дарья', LAST_NAME: 'Иванова' });
    expect(await world.sql('select name from users')).to.deep.equal([{ name: 'Дарья Иванова' }]);
  });

  it('of another field is no business of ours, and is seen all the same', async () => {
    const { EMAIL } = (await world.remoteOf(tenant, 'user', 1)) as { EMAIL?: { ID: string }[] };
    await editJustBefore({ EMAIL: [{ ID: EMAIL?.[0]?.ID, VALUE: 'darya@mail.example' }] });
    await world.call(tenant.token, 'PUT', '/api/users/1', { name: 'Дарья Орлова' });
    await world.settled();
    expect(await world.sql('select name, email from users')).to.deep.equal([
      { name: 'Дарья Орлова', email: 'darya@mail.example' },
    ]);
  });
});
