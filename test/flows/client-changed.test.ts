import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const [ours, theirs, nobodys] = ['7701111111', '7702222222', '7703333333'];

describe('a contract that goes to another client', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
  });
  after(() => world.stop());
  afterEach(async () => {
    await world.sql('update objects set deleted_at = now() where deleted_at is null');
    await world.sql('update contracts set deleted_at = now() where deleted_at is null');
    await world.settled();
    for (const { ID } of clients.list()) world.portal.records('company').delete(Number(ID));
    await world.settled();
  });

  const lists = (id: number) => clients.linesOf(id).filter((line) => line.startsWith('Договор'));
  const failed = async () =>
    (await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed')).body.data.items;

  async function twoClients() {
    const a = await clients.add('А', { client_name: 'ООО Ромашка', client_inn: ours });
    const moving = await clients.add('Б', { client_name: 'ООО Ромашка', client_inn: ours });
    const c = await clients.add('В', { client_name: 'ООО Лютик', client_inn: theirs });
    const object = { name: 'Камаз', contract_id: moving };
    const objectId = (await world.call(tenant.token, 'POST', '/api/objects', object)).body.data.id as number;
    await world.settled();
    return { moving, former: await clients.companyOf(a), next: await clients.companyOf(c), objectId };
  }
  const companyOfDeal = async (objectId: number) =>
    Number((await world.remoteOf(tenant, 'object', objectId)).COMPANY_ID);

  it('moves to that client’s company: both lists and the deals of its objects show it', async () => {
    const { moving, former, next, objectId } = await twoClients();
    expect(await companyOfDeal(objectId)).to.equal(former);
    await clients.edit(moving, { client_inn: theirs, client_name: 'ООО Лютик' });
    await world.settled();
    expect(await clients.companyOf(moving)).to.equal(next);
    expect(lists(former)).to.deep.equal(['Договор: А']);
    expect(lists(next)).to.deep.equal(['Договор: Б', 'Договор: В']);
    expect(await companyOfDeal(objectId)).to.equal(next);
    expect(clients.get(former).TITLE).to.equal('ООО Ромашка');
  });

  it('gets a company of its own when that client has none, also where the former one was made for it', async () => {
    const moving = await clients.add('Г', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const stays = await clients.add('Д', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const former = await clients.companyOf(stays);
    await clients.edit(moving, { client_inn: nobodys, client_name: 'ООО Новый' });
    await world.settled();
    const own = await clients.companyOf(moving);
    expect(own).to.not.equal(former);
    expect(clients.get(own).TITLE).to.equal('ООО Новый');
    expect(lists(own)).to.deep.equal(['Договор: Г']);
    expect(clients.get(former).TITLE).to.equal('ООО Ромашка');
    expect(lists(former)).to.deep.equal(['Договор: Д']);
    expect(clients.list()).to.have.length(2);
    await world.runJob('duplicate_check', tenant);
    expect(await failed()).to.deep.equal([]);
  });

  it('gets another company when its own is deleted there: what names it and is another contract’s is left alone', async () => {
    const settings = '/api/integration/bitrix24/settings';
    await world.call(tenant.token, 'PUT', settings, { on_bitrix24_delete: { contract: 'recreate' } });
    const moving = await clients.add('М', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const stays = await clients.add('Н', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const former = await clients.companyOf(stays);
    const { ORIGIN_ID } = clients.get(former);
    await clients.edit(moving, { client_inn: nobodys, client_name: 'ООО Новый' });
    await world.settled();
    const own = await clients.companyOf(moving);
    world.portal.records('company').update(former, { ORIGIN_ID });
    world.portal.records('company').delete(own);
    await world.settled();
    await world.call(tenant.token, 'PUT', settings, { on_bitrix24_delete: { contract: 'keep' } });
    expect(await failed()).to.deep.equal([]);
    expect(await clients.companyOf(stays)).to.equal(former);
    expect([own, former]).to.not.include(await clients.companyOf(moving));
  });

  it('gets one company of its own, and not the former one again, when the answer of its create is lost', async () => {
    const moving = await clients.add('К', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const stays = await clients.add('Л', { client_name: 'ООО Ромашка', client_inn: ours });
    await world.settled();
    const former = await clients.companyOf(stays);
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.add'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
    await clients.edit(moving, { client_inn: nobodys });
    await world.settled();
    expect(await clients.companyOf(moving)).to.not.equal(former);
    expect(clients.list()).to.have.length(2);
    expect(lists(former)).to.deep.equal(['Договор: Л']);
  });

  it('without INN from now on, it stands alone', async () => {
    const { moving, former } = await twoClients();
    await clients.edit(moving, { client_inn: null });
    await world.settled();
    expect(await clients.companyOf(moving)).to.not.equal(former);
    expect(lists(former)).to.deep.equal(['Договор: А']);
  });

  it('a company that no contract stands for any more stays as it is, and an edit there says nothing', async () => {
    const alone = await clients.add('Е', { client_name: 'ООО Один', client_inn: ours });
    const other = await clients.add('Ж', { client_name: 'ООО Лютик', client_inn: theirs });
    await world.settled();
    const former = await clients.companyOf(alone);
    const { TITLE, COMMENTS } = clients.get(former);
    await clients.edit(alone, { client_inn: theirs });
    await world.settled();
    expect(await clients.companyOf(alone)).to.equal(await clients.companyOf(other));
    expect(clients.get(former)).to.include({ TITLE, COMMENTS });
    world.portal.records('company').update(former, { TITLE: 'Бывший клиент' });
    await world.settled();
    expect(Object.values(await clients.values('client_name'))).to.not.include('Бывший клиент');
    expect(await failed()).to.deep.equal([]);
  });

  it('an INN that is corrected in the only contract of a client keeps its company', async () => {
    const only = await clients.add('З', { client_name: 'ООО Один', client_inn: '7700000001' });
    await world.settled();
    const company = await clients.companyOf(only);
    await clients.edit(only, { client_inn: '7700000002' });
    await world.settled();
    expect(await clients.companyOf(only)).to.equal(company);
    expect(clients.linesOf(company)).to.include('ИНН: 7700000002');
    const next = await clients.add('И', { client_name: 'ООО Один', client_inn: '7700000002' });
    await world.settled();
    expect(await clients.companyOf(next)).to.equal(company);
  });

  it('an INN that is corrected in all contracts of a client by one statement keeps their company', async () => {
    const { former } = await twoClients();
    await world.sql(`update contracts set client_inn = '7705555555' where client_inn = $1`, [ours]);
    await world.settled();
    expect((await clients.mappings()).filter((line) => line.endsWith(`${former} linked`))).to.have.length(2);
    expect(clients.list()).to.have.length(2);
  });
});
