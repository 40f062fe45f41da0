import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('the values that records of the CRM have', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.sql(
      `insert into objects (tenant_id, name, type) values ($1, 'Камаз', 'Грузовик'), ($1, 'Маз', 'Грузовик'), ($1, 'Волга', 'Легковой'), ($1, 'Без типа', '')`,
      [tenant.id],
    );
    await world.sql(
      `insert into contracts (tenant_id, number, client_name, deleted_at) values ($1, 'Д-2', 'Ветер', null), ($1, 'Д-1', null, null), ($1, 'Д-0', 'Удалён', now())`,
      [tenant.id],
    );
    const other = await world.addTenant('ООО Чужая');
    await world.sql(`insert into objects (tenant_id, name, type) values ($1, 'Чужой', 'Секрет')`, [other.id]);
  });
  after(() => world.stop());

  it('are told to their own company, the most frequent first, and contracts by number', async () => {
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/crm-values`);
    expect(body.data.object.type).to.deep.equal([
      { value: 'Грузовик', count: 2 },
      { value: 'Легковой', count: 1 },
    ]);
    expect(body.data.contracts).to.deep.equal([
      { id: 2, number: 'Д-1', client_name: null },
      { id: 1, number: 'Д-2', client_name: 'Ветер' },
    ]);
  });

  it('contracts beyond the first are found by part of a number, a title or a client, and named by their ids', async () => {
    await world.sql(
      `insert into contracts (tenant_id, number, title, client_name)
       select $1, 'М-' || lpad(n::text, 4, '0'), 'Мониторинг ' || n, 'ООО Клиент_' || n from generate_series(1, 300) n`,
      [tenant.id],
    );
    const find = async (query: string) =>
      (await world.call(tenant.token, 'GET', `${bitrix24}/crm-values/contracts?${query}`)).body.data.contracts;
    const numbers = async (query: string) =>
      (await find(query)).map(({ number }: { number: string }) => number) as string[];
    const { contracts } = (await world.call(tenant.token, 'GET', `${bitrix24}/crm-values`)).body.data;
    expect(contracts.map(({ number }: { number: string }) => number)).to.not.include('М-0299');
    for (const text of ['м-0299', 'мониторинг 299', 'клиент_299'])
      expect(await numbers(`q=${encodeURIComponent(text)}`), text).to.deep.equal(['М-0299']);
    expect(await numbers(`q=${encodeURIComponent('М-0')}`)).to.have.length(50);
    expect(await numbers(`q=${encodeURIComponent('%')}`)).to.deep.equal([]);
    expect(await numbers(`q=${encodeURIComponent('Д-0')}`)).to.deep.equal([]);
    const [{ id }] = await find(`q=${encodeURIComponent('М-0300')}`);
    expect(await find(`ids=${id},1,2147483647`)).to.deep.equal([
      { id: 1, number: 'Д-2', client_name: 'Ветер' },
      { id, number: 'М-0300', client_name: 'ООО Клиент_300' },
    ]);
    expect(await numbers('')).to.have.length(50);
    const other = await world.addTenant('ООО Ещё одна');
    const theirs = await world.call(other.token, 'GET', `${bitrix24}/crm-values/contracts?ids=${id}`);
    expect(theirs.body.data.contracts).to.deep.equal([]);
    for (const ids of ['1,,2', '0', '1,x', '2147483648']) {
      const answer = await world.call(tenant.token, 'GET', `${bitrix24}/crm-values/contracts?ids=${ids}`);
      expect([answer.status, answer.body.code], ids).to.deep.equal([400, 'invalid_request']);
    }
  });
});
