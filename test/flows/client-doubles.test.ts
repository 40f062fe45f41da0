import { expect } from 'chai';
import { type Clients, clientsOf } from '../support/clients.ts';
import { expectLanguage, expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/clients/doubles';
const inn = '7701234567';

describe('a client with several companies, made by the release before', () => {
  let world: World;
  let tenant: Tenant;
  let clients: Clients;
  let ids: number[];
  let companies: number[];

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    clients = clientsOf(world, tenant);
    ids = [];
    for (const number of ['1', '2', '3']) {
      // Entered as three clients, and known to be one since: that is how the release before left them.
      ids.push(await clients.add(number, { client_name: `ООО Ромашка ${number}`, client_inn: `770123456${number}` }));
    }
    await world.settled();
    companies = await Promise.all(ids.map((id) => clients.companyOf(id)));
    await world.stopApp();
    await world.sql(`update contracts set client_inn = $1`, [inn]);
    await world.sql(`update bitrix24_sync_mappings set client_key = null`);
    await world.sql(`delete from sync_queue`);
    await world.startApp();
  });
  after(() => world.stop());

  const list = async () => (await world.call(tenant.token, 'GET', address)).body.data;
  const merge = (bitrix24_id: number, contract_ids: number[], headers = {}) =>
    world.call(tenant.token, 'POST', `${address}/merge`, { bitrix24_id, contract_ids }, headers);

  it('is listed with its companies and their contracts', async () => {
    const { doubles, pagination } = await list();
    expect(pagination).to.include({ total: 1 });
    expect(doubles).to.deep.equal([
      {
        client_inn: inn,
        client_kpp: null,
        client_name: 'ООО Ромашка 1',
        companies: companies.map((id, index) => ({
          bitrix24_id: String(id),
          contracts: [{ id: ids[index], number: String(index + 1), title: null }],
        })),
      },
    ]);
  });

  it('is never merged by the synchronisation: each company keeps its contract and lists it alone', async () => {
    const run = { sync_contracts: true, wait: true };
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', run);
    await world.settled();
    expect(await Promise.all(ids.map((id) => clients.companyOf(id)))).to.deep.equal(companies);
    for (const [index, id] of companies.entries())
      expect(clients.linesOf(id)).to.deep.equal([`Договор: ${index + 1}`, `ИНН: ${inn}`]);
  });

  it('refuses what cannot be one company, with a stable code in both languages, and changes nothing', async () => {
    const stranger = await clients.add('9', { client_name: 'ООО Лютик', client_inn: '7709999999' });
    const alone = await clients.add('10', { client_name: 'ООО Ромашка' });
    await world.settled();
    const before = await clients.mappings();
    const [first = 0, second = 0] = ids;
    const [company = 0] = companies;
    expectRefusal(await merge(company, [second, stranger]), 409, 'not_one_client');
    expectRefusal(await merge(company, [alone]), 409, 'not_one_client');
    expectRefusal(await merge(company, [second, 4711]), 409, 'contract_not_linked');
    expectRefusal(await merge(4711, [first, second]), 404, 'company_gone');
    expectRefusal(await merge(company, []), 400);
    for (const language of ['ru', 'en'] as const)
      expectLanguage(await merge(company, [stranger], { 'accept-language': language }), language);
    expect(await clients.mappings()).to.deep.equal(before);
  });

  it('is for administrators of the company alone', async () => {
    const other = await world.addTenant('ООО Чужие');
    expect((await world.call(other.token, 'GET', address)).body.data.doubles).to.deep.equal([]);
    const answer = await world.call(other.token, 'POST', `${address}/merge`, {
      bitrix24_id: companies[0],
      contract_ids: ids,
    });
    expectRefusal(answer, [400, 404, 409]);
    expectRefusal(await world.call(null, 'GET', address), 401);
  });

  it('has its contracts linked with the company that a person chooses; the others stay in the portal', async () => {
    const [first = 0, second = 0, third = 0] = ids;
    const [chosen = 0, left = 0] = companies;
    const body = { name: 'Камаз', contract_id: second };
    const objectId = (await world.call(tenant.token, 'POST', '/api/objects', body)).body.data.id;
    await world.settled();
    expect((await merge(chosen, [first, second])).body.data).to.deep.equal({ moved: 1 });
    await world.settled();
    expect(await clients.companyOf(second)).to.equal(chosen);
    expect(clients.linesOf(chosen)).to.deep.equal(['Договор: 1', 'Договор: 2', `ИНН: ${inn}`]);
    expect(clients.get(left).TITLE).to.equal('ООО Ромашка 2');
    expect(Number((await world.remoteOf(tenant, 'object', objectId)).COMPANY_ID)).to.equal(chosen);
    const names = await clients.values('client_name');
    expect(names['1']).to.equal(names['2']);
    expect((await list()).doubles[0].companies).to.have.length(2);
    await merge(chosen, [first, second, third]);
    await world.settled();
    expect((await list()).doubles).to.deep.equal([]);
    expect(clients.linesOf(chosen)).to.deep.equal(['Договор: 1', 'Договор: 2', 'Договор: 3', `ИНН: ${inn}`]);
  });

  it('shows who moved the links', async () => {
    const lines = await world.sql(`select local_id, actor from sync_log where operation = 'move' order by id`);
    expect(lines).to.deep.equal([
      { local_id: ids[1], actor: 'tester' },
      { local_id: ids[2], actor: 'tester' },
    ]);
  });

  it('is one company on the pages: each contract has its pair, and the company’s card shows the first', async () => {
    const mappings = await world.call(
      tenant.token,
      'GET',
      '/api/integration/bitrix24/mappings?local_type=contract&q=Ромашка',
    );
    expect(mappings.body.data.mappings).to.have.length(4);
    const found = await world.call(
      tenant.token,
      'GET',
      `/api/integration/bitrix24/mappings?local_type=contract&q=${companies[0]}`,
    );
    expect(found.body.data.mappings.map((row: { local_id: number }) => row.local_id)).to.include.members(ids);
    for (const { id } of mappings.body.data.mappings)
      expect((await world.call(tenant.token, 'GET', `/api/integration/bitrix24/mappings/${id}`)).status).to.equal(200);
    const card = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/cards/company/${companies[0]}`);
    expect(card.body.data.mapping.local_id).to.equal(ids[0]);
    const stats = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/stats');
    expect(stats.body.data.mappings.contract_mappings).to.equal(5);
  });
});
