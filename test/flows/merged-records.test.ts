import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const api = '/api/integration/bitrix24';

describe('contacts and companies that people merge in the portal', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const policies = { policies: { user: 'crm', contract: 'crm' } };
    expect((await world.call(tenant.token, 'PUT', `${api}/settings`, policies)).status).to.equal(200);
  });
  after(() => world.stop());

  const companies = () => world.portal.records('company');
  const contacts = () => world.portal.records('contact');
  const deals = () => world.portal.records('deal');
  async function add(path: string, body: Record<string, unknown>): Promise<number> {
    const answer = await world.call(tenant.token, 'POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    await world.settled();
    // Times of creation count whole seconds: what is made next has another one.
    world.portal.clock.aheadMs += 2000;
    return answer.body.data.id;
  }
  const idOf = async (entity: 'object' | 'user' | 'contract', id: number) =>
    Number((await world.remoteOf(tenant, entity, id)).ID);
  const stateOf = async (entity: string, id: number) =>
    (
      await world.sql(
        'select bitrix24_id::integer as remote, state from bitrix24_sync_mappings where local_type = $1 and local_id = $2',
        [entity, id],
      )
    )[0];
  const openErrors = () =>
    world.sql<{ code: string; local_id: number; message: string }>(
      `select code, local_id, message from integration_errors where status <> 'resolved' order by id`,
    );

  it('a company: the contract follows its deals to the survivor, and the deals keep it', async () => {
    const contract = await add('/api/contracts', { number: 'М-1', client_name: 'ООО Лютик' });
    const object = await add('/api/objects', { name: 'Камаз', contract_id: contract });
    const survivor = Number(companies().create({ TITLE: 'Лютик (основная)', ADDRESS: 'Москва' }).ID);
    await world.settled();
    world.portal.merge('company', [survivor, await idOf('contract', contract)]);
    await world.settled();
    expect(await stateOf('contract', contract)).to.deep.equal({ remote: survivor, state: 'linked' });
    expect(await world.remoteOf(tenant, 'object', object)).to.include({ COMPANY_ID: String(survivor) });
    // Both had a name, and the CRM's is the tenant's rule; the other one is kept as a conflict.
    expect(companies().get(survivor)).to.include({ TITLE: 'ООО Лютик', ADDRESS: 'Москва' });
    const conflicts = await world.sql(`select field, bitrix24_value from sync_conflicts where local_id = $1`, [
      contract,
    ]);
    expect(conflicts).to.deep.equal([{ field: 'client_name', bitrix24_value: 'Лютик (основная)' }]);
    await world.call(tenant.token, 'PATCH', `/api/objects/${object}`, { name: 'Камаз 2' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', object)).to.include({ COMPANY_ID: String(survivor) });
    expect(await openErrors()).to.deep.equal([]);
  });

  it('an older company that has nothing in common but the origin which it took over: the contract follows to it', async () => {
    const survivor = Number(companies().create({ TITLE: 'Василёк (старая)', ADDRESS: 'Тула' }).ID);
    world.portal.clock.aheadMs += 2000;
    const contract = await add('/api/contracts', { number: 'М-9', client_name: 'ООО Василёк' });
    world.portal.merge('company', [survivor, await idOf('contract', contract)]);
    await world.settled();
    expect(await stateOf('contract', contract)).to.deep.equal({ remote: survivor, state: 'linked' });
    expect(companies().get(survivor)).to.include({ TITLE: 'ООО Василёк', ADDRESS: 'Тула' });
    expect(await openErrors()).to.deep.equal([]);
    const conflicts = await world.sql(`select field, bitrix24_value from sync_conflicts where local_id = $1`, [
      contract,
    ]);
    expect(conflicts).to.deep.equal([{ field: 'client_name', bitrix24_value: 'Василёк (старая)' }]);
  });

  it('a company whose deals are looked at before anything is known of the merge: nothing is put back', async () => {
    const contract = await add('/api/contracts', { number: 'М-2', client_name: 'ООО Мак' });
    const object = await add('/api/objects', { name: 'МАЗ', contract_id: contract });
    const lost = await idOf('contract', contract);
    const survivor = Number(companies().create({ TITLE: 'ООО Мак' }).ID);
    await world.settled();
    world.portal.events.faults.lossRate = 1;
    world.portal.merge('company', [survivor, lost]);
    world.portal.events.faults.lossRate = 0;
    const dealId = await idOf('object', object);
    deals().update(dealId, { OPPORTUNITY: 5 });
    await world.settled();
    expect(deals().get(dealId)).to.include({ COMPANY_ID: String(survivor) });
    expect(await stateOf('contract', contract)).to.deep.equal({ remote: survivor, state: 'linked' });
  });

  it('a company whose deals went to different ones: a person is asked, nothing is taken away', async () => {
    const contract = await add('/api/contracts', { number: 'М-3', client_name: 'ООО Роза' });
    const objects = [
      await add('/api/objects', { name: 'Газель 1', contract_id: contract }),
      await add('/api/objects', { name: 'Газель 2', contract_id: contract }),
    ];
    const lost = await idOf('contract', contract);
    const others = ['ООО Роза Юг', 'ООО Роза Север'].map((TITLE) => String(companies().create({ TITLE }).ID));
    await world.settled();
    world.portal.events.faults.lossRate = 1;
    for (const [index, object] of objects.entries())
      deals().update(await idOf('object', object), { COMPANY_ID: others[index] });
    world.portal.events.faults.lossRate = 0;
    companies().delete(lost);
    await world.settled();
    expect(await stateOf('contract', contract)).to.deep.equal({ remote: lost, state: 'orphaned' });
    const [open] = await openErrors();
    expect(open).to.include({ code: 'merge_unclear', local_id: contract });
    for (const other of others) expect(open?.message).to.include(other);
    await world.call(tenant.token, 'PATCH', `/api/contracts/${contract}`, { title: 'Изменён' });
    await world.call(tenant.token, 'PATCH', `/api/objects/${objects[0]}`, { name: 'Газель первая' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', objects[0] ?? 0)).to.include({ COMPANY_ID: others[0] });
    expect(await openErrors()).to.have.length(1);
    const link = `${api}/cards/company/${others[0]}/link`;
    await world.call(tenant.token, 'POST', link, { local_id: contract });
    await world.settled();
    expect(await openErrors()).to.deep.equal([]);
  });

  it('a contact: the user follows to the one record that has its e-mail; nothing typed is lost', async () => {
    const user = await add('/api/users', { name: 'Анна Белова', email: 'anna@romashka.example' });
    const lost = await idOf('user', user);
    const survivor = Number(
      contacts().create({ NAME: 'Анна', LAST_NAME: 'Белова-Смирнова', EMAIL: [{ VALUE: 'a.belova@mail.example' }] }).ID,
    );
    await world.settled();
    world.portal.merge('contact', [survivor, lost]);
    await world.settled();
    expect(await stateOf('user', user)).to.deep.equal({ remote: survivor, state: 'linked' });
    const emails = (contacts().get(survivor).EMAIL as { VALUE: string }[]).map(({ VALUE }) => VALUE);
    expect(emails).to.have.members(['a.belova@mail.example', 'anna@romashka.example']);
    expect(await world.sql('select name, email from users where id = $1', [user])).to.deep.equal([
      { name: 'Анна Белова', email: 'anna@romashka.example' },
    ]);
    expect(await world.sql('select field from sync_conflicts where entity = $1 and local_id = $2', ['user', user]))
      .to //
      .deep.equal([{ field: 'name' }]);
  });

  it('two users’ contacts: one user keeps the survivor, the other is told, and stays told', async () => {
    const first = await add('/api/users', { name: 'Пётр Сидоров', email: 'petr@romashka.example' });
    const second = await add('/api/users', { name: 'П. Сидоров', email: 'sidorov@romashka.example' });
    const kept = await idOf('user', first);
    const lost = await idOf('user', second);
    world.portal.merge('contact', [kept, lost]);
    await world.settled();
    expect(await stateOf('user', first)).to.deep.equal({ remote: kept, state: 'linked' });
    expect(await stateOf('user', second)).to.deep.equal({ remote: lost, state: 'orphaned' });
    await world.call(tenant.token, 'PATCH', `/api/users/${second}`, { name: 'Пётр П. Сидоров' });
    await world.settled();
    const [open, ...rest] = await openErrors();
    expect(rest).to.deep.equal([]);
    expect(open).to.include({ code: 'merged_into_linked', local_id: second });
    expect(open?.message).to.include(String(kept)).and.include(String(first));
    await world.sql('update users set deleted_at = now() where id = $1', [second]);
    await world.settled();
  });

  it('a contact that was only deleted stays an orphan, although a colleague has the same phone', async () => {
    const user = await add('/api/users', { name: 'Ольга Нова', email: 'olga@nova.example', phone: '+74957654321' });
    contacts().create({ NAME: 'Олег', LAST_NAME: 'Старов', PHONE: [{ VALUE: '+7 495 765-43-21' }] });
    await world.settled();
    const lost = await idOf('user', user);
    contacts().delete(lost);
    await world.settled();
    expect(await stateOf('user', user)).to.deep.equal({ remote: lost, state: 'orphaned' });
  });
});
