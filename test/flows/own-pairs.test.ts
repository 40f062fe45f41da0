import { expect } from 'chai';
import type { UserFieldDefinition } from '../portal/fields.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('own pairs of lists, stages, people and files', () => {
  let world: World;
  let tenant: Tenant;
  let funnel: number;
  let kind: UserFieldDefinition;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    const { catalogue, funnels } = world.portal.store;
    funnel = funnels.add('Монтаж');
    kind = catalogue.addUserField('deal', 'UF_CRM_KIND', 'enumeration', false);
    addOption(501, 'Легковой');
    addOption(502, 'Грузовой');
    catalogue.addUserField('deal', 'UF_CRM_KINDS', 'enumeration', true);
    for (const one of ['deal', 'company'] as const) catalogue.addUserField(one, 'UF_CRM_PAPER', 'file', false);
    catalogue.addUserField('deal', 'UF_CRM_NUMBER', 'integer', false);
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  function addOption(id: number, value: string): void {
    kind.card.options.push({ id, value, sort: id, isDefault: false, xmlId: `x${id}` });
  }
  const save = (custom: unknown[], rest = {}) =>
    world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { field_map: { object: { custom } }, ...rest });
  const choose = async (custom: unknown[], rest = {}) => {
    const answer = await save(custom, rest);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    await world.settled();
  };
  const make = async (body: Record<string, unknown>): Promise<number> => {
    const { body: answer } = await world.call(tenant.token, 'POST', '/api/objects', body);
    await world.settled();
    return answer.data.id;
  };
  const deal = (id: number) => world.remoteOf(tenant, 'object', id);
  const editDeal = async (id: number, fields: Record<string, unknown>) => {
    world.portal.records('deal').update(Number((await deal(id)).ID), fields);
    await world.settled();
  };
  const edit = async (id: number, body: Record<string, unknown>) => {
    const { status } = await world.call(tenant.token, 'PATCH', `/api/objects/${id}`, body);
    expect(status).to.equal(200);
    await world.settled();
  };
  const object = async (id: number) => (await world.sql('select * from objects where id = $1', [id]))[0];
  const errorsOf = (id: number) =>
    world.sql(`select code, message from integration_errors where local_id = $1 and status <> 'resolved'`, [id]);
  const writes = () => world.portal.journal.calls({ write: true });

  it('a list goes by the names of its values, both ways, without regard to case', async () => {
    await choose([{ local: 'type', bitrix24: 'UF_CRM_KIND', owner: 'both' }]);
    const id = await make({ name: 'Камаз', type: 'грузовой' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '502' });
    await editDeal(id, { UF_CRM_KIND: 501 });
    expect(await object(id)).to.include({ type: 'Легковой' });
    world.portal.journal.clear();
    await edit(id, { type: 'ЛЕГКОВОЙ' });
    expect(JSON.stringify(writes())).not.to.include('ufCrmKind');
    expect(await object(id)).to.include({ type: 'ЛЕГКОВОЙ' });
  });

  it('a value without a counterpart is an error of its field, both sides stay, and it heals when the list has it', async () => {
    await choose([{ local: 'type', bitrix24: 'UF_CRM_KIND', owner: 'both' }]);
    const id = await make({ name: 'Прицеп', type: 'Прицеп' });
    expect(await deal(id)).to.include({ TITLE: 'Прицеп', UF_CRM_KIND: '' });
    expect((await errorsOf(id)).map(({ code }) => code)).to.deep.equal(['value_not_mapped']);
    await edit(id, { name: 'Прицеп 2' });
    expect(await deal(id)).to.include({ TITLE: 'Прицеп 2', UF_CRM_KIND: '' });
    expect(await errorsOf(id)).to.have.length(1);
    addOption(503, 'Прицеп');
    await world.call(tenant.token, 'DELETE', `${bitrix24}/cache`);
    await edit(id, { name: 'Прицеп 3' });
    expect(await deal(id)).to.include({ TITLE: 'Прицеп 3', UF_CRM_KIND: '503' });
    expect(await errorsOf(id)).to.deep.equal([]);
  });

  it('a name that the list has got since it was read is learnt by itself', async () => {
    await choose([{ local: 'type', bitrix24: 'UF_CRM_KIND', owner: 'both' }]);
    // A new client remembers no look at the list.
    await world.call(tenant.token, 'DELETE', `${bitrix24}/cache`);
    await make({ name: 'Знакомая', type: 'Легковой' });
    addOption(504, 'Спецтехника');
    const id = await make({ name: 'Кран', type: 'Спецтехника' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '504' });
    expect(await errorsOf(id)).to.deep.equal([]);
  });

  it('a table of values leads several CRM values to one, and back to the marked one', async () => {
    const values = [
      { crm: 'active', bitrix24: '501', return: true },
      { crm: 'trial', bitrix24: '501' },
      { crm: 'off', bitrix24: '502' },
    ];
    await choose([{ local: 'status', bitrix24: 'UF_CRM_KIND', owner: 'both', values }]);
    const id = await make({ name: 'Газель', status: 'trial' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '501' });
    expect(await object(id)).to.include({ status: 'trial' });
    await editDeal(id, { UF_CRM_KIND: 502 });
    expect(await object(id)).to.include({ status: 'off' });
    await editDeal(id, { UF_CRM_KIND: 501 });
    expect(await object(id)).to.include({ status: 'active' });
  });

  it('another table is carried out on linked records as it is saved, by the side that is chosen with it', async () => {
    const pair = { local: 'status', bitrix24: 'UF_CRM_KIND', owner: 'both', first_link: 'crm' };
    await choose([{ ...pair, values: [{ crm: 'active', bitrix24: '501' }] }]);
    const id = await make({ name: 'Рено', status: 'active' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '501' });
    await choose([{ ...pair, values: [{ crm: 'active', bitrix24: '502' }] }]);
    expect(await deal(id)).to.include({ UF_CRM_KIND: '502' });
    world.portal.journal.clear();
    await choose([
      {
        ...pair,
        values: [
          { crm: 'active', bitrix24: '502' },
          { crm: 'off', bitrix24: '501' },
        ],
      },
    ]);
    expect(writes()).to.deep.equal([]);
  });

  it('what a table does not name stays on both sides where that is chosen, and is written as chosen elsewhere', async () => {
    const pair = {
      local: 'status',
      bitrix24: 'UF_CRM_KIND',
      owner: 'both',
      values: [{ crm: 'active', bitrix24: '501' }],
    };
    await choose([{ ...pair, unmapped: { to_bitrix: 'keep', from_bitrix: { default: 'другое' } } }]);
    const id = await make({ name: 'УАЗ', status: 'active' });
    await edit(id, { status: 'в ремонте' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '501' });
    expect(await errorsOf(id)).to.deep.equal([]);
    await editDeal(id, { UF_CRM_KIND: 502 });
    expect(await object(id)).to.include({ status: 'другое' });
    await edit(id, { status: 'active' });
    expect(await deal(id)).to.include({ UF_CRM_KIND: '501' });
  });

  it('a stage goes by its name in the funnel of the deal, and a new deal stands where its stage is', async () => {
    await choose([{ local: 'status', bitrix24: 'STAGE_ID', owner: 'both' }], {
      placement: { object: { by_type: { Монтаж: { category_id: funnel, stage_id: `C${funnel}:NEW` } } } },
    });
    const plain = await make({ name: 'Первая', status: 'В работе' });
    const placed = await make({ name: 'Вторая', status: 'В работе', type: 'Монтаж' });
    expect(await deal(plain)).to.include({ CATEGORY_ID: '0', STAGE_ID: 'EXECUTING' });
    expect(await deal(placed)).to.include({ CATEGORY_ID: `${funnel}`, STAGE_ID: `C${funnel}:EXECUTING` });
    await edit(placed, { status: 'Подготовка документов' });
    expect(await deal(placed)).to.include({ CATEGORY_ID: `${funnel}`, STAGE_ID: `C${funnel}:PREPARATION` });
    await editDeal(placed, { STAGE_ID: `C${funnel}:EXECUTING` });
    expect(await object(placed)).to.include({ status: 'В работе' });
  });

  it('a deal in a final stage keeps its outcome, and tells it to the CRM', async () => {
    const id = await make({ name: 'Третья', status: 'Новая' });
    await editDeal(id, { STAGE_ID: 'WON' });
    expect(await object(id)).to.include({ status: 'Сделка успешна' });
    await edit(id, { status: 'Новая' });
    expect(await deal(id)).to.include({ STAGE_ID: 'WON' });
    expect(await errorsOf(id)).to.deep.equal([]);
  });

  it('a funnel goes with the stage of the same name', async () => {
    await choose([
      { local: 'status', bitrix24: 'STAGE_ID', owner: 'both' },
      { local: 'type', bitrix24: 'CATEGORY_ID', owner: 'both' },
    ]);
    const id = await make({ name: 'Четвёртая', status: 'В работе', type: 'Общая' });
    expect(await deal(id)).to.include({ CATEGORY_ID: '0', STAGE_ID: 'EXECUTING' });
    await edit(id, { type: 'Монтаж' });
    expect(await deal(id)).to.include({ CATEGORY_ID: `${funnel}`, STAGE_ID: `C${funnel}:EXECUTING` });
    expect(await object(id)).to.include({ type: 'Монтаж', status: 'В работе' });
    await editDeal(id, { CATEGORY_ID: 0, STAGE_ID: 'PREPARATION' });
    expect(await object(id)).to.include({ type: 'Общая', status: 'Подготовка документов' });
  });

  it('an employee goes by e-mail; what only the portal may change is never sent', async () => {
    await choose([
      { local: 'serial_number', bitrix24: 'ASSIGNED_BY_ID', owner: 'both' },
      { local: 'phone_number', bitrix24: 'SOURCE_ID', owner: 'both', direction: 'from_bitrix' },
    ]);
    const id = await make({ name: 'Пятая', serial_number: 'Manager@portal.example', phone_number: 'Веб-сайт' });
    expect(await deal(id)).to.include({ ASSIGNED_BY_ID: '7', SOURCE_ID: null });
    await editDeal(id, { ASSIGNED_BY_ID: 2, SOURCE_ID: 'CALL' });
    expect(await object(id)).to.include({ serial_number: 'second-admin@portal.example', phone_number: 'Звонок' });
    await edit(id, { phone_number: 'Веб-сайт' });
    expect(await deal(id)).to.include({ SOURCE_ID: 'CALL' });
  });

  it('the address of a file is read, never sent, and holds nothing that opens it to strangers', async () => {
    const custom = [{ local: 'description', bitrix24: 'UF_CRM_PAPER', owner: 'both', direction: 'from_bitrix' }];
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { field_map: { contract: { custom } } });
    const { body } = await world.call(tenant.token, 'POST', '/api/contracts', {
      number: 'Д-1',
      client_name: 'Ромашка',
    });
    await world.settled();
    const contract = async () => (await world.sql('select * from contracts where id = $1', [body.data.id]))[0];
    const editCompany = async (fields: Record<string, unknown>) => {
      const { ID } = await world.remoteOf(tenant, 'contract', body.data.id);
      world.portal.records('company').update(Number(ID), fields);
      await world.settled();
    };
    await editCompany({ UF_CRM_PAPER: ['pass.pdf', 'AAAA'] });
    const before = await contract();
    expect(before?.description).to.match(/^https:\/\/.*show_file\.php\?.*fileId=\d+$/);
    expect(before?.description).not.to.include('auth=');
    await editCompany({ ADDRESS: 'Москва' });
    expect((await contract())?.updated_at).to.deep.equal(before?.updated_at);
  });

  it('are chosen from what the portal has: fields with the values of their lists, and the conversions that fit', async () => {
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/field-map/choices`);
    const { columns, fields } = body.data.kinds.find((one: { kind: string }) => one.kind === 'object');
    const fieldOf = (name: string) => fields.find((one: { field: string }) => one.field === name);
    expect(columns).to.deep.include({ local: 'serial_number', type: 'text', owner: null });
    expect(columns).to.deep.include({ local: 'contract_number', type: 'text', owner: 'crm' });
    expect(fieldOf('UF_CRM_KIND').fits).to.deep.equal({ text: ['list'], boolean: ['list'] });
    expect(fieldOf('UF_CRM_KIND').values).to.deep.include({ id: '501', name: 'Легковой' });
    expect(fieldOf('STAGE_ID').values).to.deep.include({ id: `C${funnel}:NEW`, name: 'Новая' });
    expect(fieldOf('CATEGORY_ID').values).to.deep.include({ id: `${funnel}`, name: 'Монтаж' });
    expect(fieldOf('ASSIGNED_BY_ID').values).to.deep.include({ id: '7', name: 'manager@portal.example' });
    expect(fieldOf('TITLE')).to.deep.include({ taken_by: 'title', fits: {} });
    expect(fieldOf('UF_CRM_KINDS')).to.deep.include({ is_multiple: true, fits: {} });
  });

  const refused: [what: string, pair: Record<string, unknown>, path: string, text: RegExp][] = [
    ['a conversion that does not fit', { conversion: 'date' }, 'bitrix24', /date не подходит.*list/],
    ['a list with several values', { bitrix24: 'UF_CRM_KINDS' }, 'bitrix24', /несколько значений/],
    ['an unknown value', { values: [{ crm: 'a', bitrix24: '999' }] }, 'values.0.bitrix24', /501 «Легковой»/],
    [
      'several lines to one value without a mark',
      { values: ['a', 'b'].map((crm) => ({ crm, bitrix24: '501' })) },
      'values.0.return',
      /return/,
    ],
    ['a file that should be written', { bitrix24: 'UF_CRM_PAPER' }, 'bitrix24', /from_bitrix/],
    [
      'a table of values where there is no list',
      { bitrix24: 'UF_CRM_NUMBER', conversion: 'number', values: [{ crm: 'a', bitrix24: '1' }] },
      'values',
      /только у списков/,
    ],
  ];
  for (const [what, pair, path, text] of refused) {
    it(`${what} is refused as it is saved, with what fits`, async () => {
      const { status, body } = await save([{ local: 'type', bitrix24: 'UF_CRM_KIND', owner: 'both', ...pair }]);
      expect(status).to.equal(400);
      expect(body.error).to.include(`field_map.object.custom.0.${path}`).and.to.match(text);
    });
  }
});
