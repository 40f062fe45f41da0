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
});
