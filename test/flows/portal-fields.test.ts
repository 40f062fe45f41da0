import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('fields that are made in the portal on request', () => {
  let world: World;
  let tenant: Tenant;

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
  });
  afterEach(() => world.stop());

  const ask = (body: unknown) => world.call(tenant.token, 'POST', `${bitrix24}/fields`, body);
  const states = ({ body }: { body: { data: { fields: { field: string; state: string }[] } } }) =>
    body.data.fields.map(({ field, state }) => `${field} ${state}`);
  const added = () => world.portal.journal.calls({ method: 'crm.deal.userfield.add' });
  const titleOf = (kind: 'deal' | 'company', name: string) => world.portal.store.catalogue.byUpper(kind, name)?.title;

  it('are told with what is there, made once, and put into the field map where that is asked', async () => {
    await world.connect(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', imei: '356307042441013' });
    await world.settled();
    const before = await world.call(tenant.token, 'GET', `${bitrix24}/fields`);
    expect(states(before)).to.include('UF_CRM_AXENTA_IMEI missing');
    const body = { fields: { object: ['imei', 'contract_number'], contract: ['client_inn'] }, add_pairs: true };
    const first = await ask(body);
    expect(first.status, JSON.stringify(first.body)).to.equal(200);
    expect(states(first)).to.have.members([
      'UF_CRM_AXENTA_IMEI made',
      'UF_CRM_AXENTA_CONTRACT made',
      'UF_CRM_AXENTA_INN made',
    ]);
    expect(first.body.data.pairs_added).to.have.members([
      'imei:UF_CRM_AXENTA_IMEI',
      'contract_number:UF_CRM_AXENTA_CONTRACT',
      'client_inn:UF_CRM_AXENTA_INN',
    ]);
    expect(titleOf('deal', 'UF_CRM_AXENTA_CONTRACT')).to.equal('Номер договора');
    expect(titleOf('company', 'UF_CRM_AXENTA_INN')).to.equal('ИНН');
    const sent = added().map(({ params }) => JSON.stringify(params));
    expect(sent[1]).to.include('Contract number').and.to.include('Номер договора');
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ UF_CRM_AXENTA_IMEI: '356307042441013' });
    const second = await ask(body);
    expect(states(second).every((one) => one.endsWith(' exists'))).to.equal(true);
    expect(second.body.data.pairs_added).to.deep.equal([]);
    expect(added()).to.have.length(2);
  });

  it('whose answer was lost are found by their name and not made again', async () => {
    await world.connect(tenant);
    world.portal.faults.add({ method: 'crm.deal.userfield.add', action: { kind: 'dropAfter' }, times: 1 });
    const first = await ask({ fields: { object: ['imei'] } });
    expect(first.status, JSON.stringify(first.body)).to.equal(200);
    expect(states(first)).to.deep.equal(['UF_CRM_AXENTA_IMEI made']);
    expect(states(await ask({ fields: { object: ['imei'] } }))).to.deep.equal(['UF_CRM_AXENTA_IMEI exists']);
    expect(added()).to.have.length(1);
  });

  it('are refused in words where the connection has no right to make them; what is there already is told', async () => {
    const manager = world.portal.addWebhook({ userId: 7 });
    await world.connect({ ...tenant, webhookUrl: manager.url });
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_AXENTA_IMEI', 'string', false);
    const { status, body } = await ask({ fields: { object: ['imei', 'serial_number'] } });
    expect(status).to.equal(409);
    expect(body.code).to.equal('field_not_made');
    expect(body.error).to.include('UF_CRM_AXENTA_SERIAL').and.to.include('администратор CRM');
    expect(body.details.fields).to.deep.equal([
      { kind: 'object', local: 'imei', field: 'UF_CRM_AXENTA_IMEI', state: 'exists' },
    ]);
  });

  it('of a name that is taken by something else are told as unfit and never paired', async () => {
    await world.connect(tenant);
    world.portal.store.catalogue.addUserField('deal', 'UF_CRM_AXENTA_IMEI', 'date', false);
    const { body } = await ask({ fields: { object: ['imei'] }, add_pairs: true });
    expect(body.data.fields[0]).to.include({ state: 'unfit' });
    expect(body.data.fields[0].problem).to.match(/date не подходит/);
    expect(body.data.pairs_added).to.deep.equal([]);
  });

  it('of a column that has none are refused, with those that have', async () => {
    await world.connect(tenant);
    const { status, body } = await ask({ fields: { object: ['name'] } });
    expect(status).to.equal(400);
    expect(body.error).to.match(/imei/);
  });
});
