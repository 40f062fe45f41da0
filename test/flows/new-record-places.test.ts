import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';
const [manager, employee] = [7, 9];

describe('where new records go in the portal', () => {
  let world: World;
  let tenant: Tenant;
  let funnel: number;
  let robots = 0;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    funnel = world.portal.store.funnels.add('Монтаж');
    world.portal.store.robot = () => {
      robots += 1;
      return undefined;
    };
    await world.connect(tenant);
  });
  after(() => world.stop());
  afterEach(() => {
    Object.assign(world.portal.switches, { wrongPlace: 'ignored', dismissedResponsible: 'taken' });
  });

  const save = (placement: unknown, rest = {}) =>
    world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { placement, ...rest });
  const make = async (kind: string, body: Record<string, unknown>): Promise<number> => {
    const { body: answer, status } = await world.call(tenant.token, 'POST', `/api/${kind}`, body);
    expect(status, JSON.stringify(answer)).to.equal(201);
    await world.settled();
    return answer.data.id;
  };
  const faults = async (): Promise<{ code: string; text: string }[]> =>
    (await world.call(tenant.token, 'GET', `${bitrix24}/health`)).body.data.faults;
  /** What the app remembers of the portal's lists counts as old. */
  const forgetLists = () => world.call(tenant.token, 'DELETE', `${bitrix24}/cache`);

  it('are told by name: funnels with their stages, employees who work there, sources and types', async () => {
    world.portal.users.fire(employee);
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/lists`);
    expect(body.data.funnels.map(({ id, name }: { id: number; name: string }) => [id, name])).to.deep.equal([
      [0, 'Общая'],
      [funnel, 'Монтаж'],
    ]);
    expect(body.data.funnels[1].stages[0]).to.deep.equal({ id: `C${funnel}:NEW`, name: 'Новая', semantics: 'P' });
    const people = body.data.users.map(({ id }: { id: number }) => id);
    expect(people).to.include(manager).and.not.to.include(employee);
    expect(body.data.sources).to.deep.include({ id: 'WEB', name: 'Веб-сайт' });
    expect(body.data.contact_types).to.deep.include({ id: 'PARTNER', name: 'Партнёры' });
    expect(body.data.company_types).to.deep.include({ id: 'CUSTOMER', name: 'Клиент' });
    expect(body.data.unread).to.deep.equal([]);
    world.portal.users.rehire(employee);
    await forgetLists();
  });

  it('of a portal with many people are told whole, fifty a page', async () => {
    const hired = Array.from({ length: 120 }, (_, n) =>
      world.portal.users.hire({ name: 'Сотрудник', lastName: String(n), email: `e${n}@portal.example` }),
    );
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/lists`);
    const people = body.data.users.map(({ id }: { id: number }) => id);
    expect(people).to.include.members(hired);
    for (const id of hired) world.portal.users.fire(id);
    await forgetLists();
  });

  it('are chosen for all objects and for those of a type, for users and for contracts', async () => {
    const answer = await save({
      object: {
        default: { responsible_id: manager, source_id: 'WEB' },
        by_type: { Грузовой: { category_id: funnel, stage_id: `C${funnel}:PREPARATION` } },
      },
      user: { responsible_id: employee, type_id: 'PARTNER', source_id: 'CALL' },
      contract: { company_type: 'SUPPLIER', responsible_id: manager },
    });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    const plain = await make('objects', { name: 'Лада', type: 'Легковой' });
    const lorry = await make('objects', { name: 'Камаз', type: ' грузовой' });
    const user = await make('users', { name: 'Анна Смирнова' });
    const contract = await make('contracts', { number: 'Д-1', client_name: 'Ромашка' });
    expect(await world.remoteOf(tenant, 'object', plain)).to.include({
      ...{ CATEGORY_ID: '0', STAGE_ID: 'NEW', ASSIGNED_BY_ID: '7', SOURCE_ID: 'WEB' },
    });
    expect(await world.remoteOf(tenant, 'object', lorry)).to.include({
      ...{ CATEGORY_ID: `${funnel}`, STAGE_ID: `C${funnel}:PREPARATION`, ASSIGNED_BY_ID: '7', SOURCE_ID: 'WEB' },
    });
    expect(await world.remoteOf(tenant, 'user', user)).to.include({
      ...{ ASSIGNED_BY_ID: '9', TYPE_ID: 'PARTNER', SOURCE_ID: 'CALL' },
    });
    expect(await world.remoteOf(tenant, 'contract', contract)).to.include({
      ...{ COMPANY_TYPE: 'SUPPLIER', ASSIGNED_BY_ID: '7' },
    });
  });

  it('are left alone when a record is changed later', async () => {
    await save({ object: { default: { responsible_id: manager } } });
    const id = await make('objects', { name: 'Газель' });
    const deal = Number((await world.remoteOf(tenant, 'object', id)).ID);
    world.portal.records('deal').update(deal, { ASSIGNED_BY_ID: 1, STAGE_ID: 'EXECUTING', SOURCE_ID: 'CALL' });
    await world.call(tenant.token, 'PATCH', `/api/objects/${id}`, { name: 'Газель Next' });
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', id)).to.include({
      ...{ TITLE: 'Газель Next', ASSIGNED_BY_ID: '1', STAGE_ID: 'EXECUTING', SOURCE_ID: 'CALL' },
    });
  });

  it('start no robot where that is chosen, and start them elsewhere', async () => {
    await save({ object: { by_type: { Тихий: { silent: true } } } });
    robots = 0;
    const quiet = await make('objects', { name: 'Тихая машина', type: 'Тихий' });
    expect((await world.remoteOf(tenant, 'object', quiet)).TITLE).to.equal('Тихая машина');
    expect(robots).to.equal(0);
    await make('objects', { name: 'Обычная машина', type: 'Обычный' });
    expect(robots).to.equal(1);
  });

  const wrong: [what: string, placement: unknown, path: string, names: RegExp][] = [
    ['an unknown funnel', { object: { default: { category_id: 77 } } }, 'object.default.category_id', /0 «Общая»/],
    [
      'a stage of another funnel',
      { object: { by_type: { Грузовой: { category_id: 1, stage_id: 'NEW' } } } },
      'object.by_type.Грузовой.stage_id',
      /«Монтаж».*C1:NEW «Новая»/,
    ],
    ['a dismissed employee', { user: { responsible_id: 2 } }, 'user.responsible_id', /Пётр Гусев.*7 «Ирина Лисина»/],
    ['an unknown employee', { contract: { responsible_id: 999 } }, 'contract.responsible_id', /нет сотрудника 999/],
    ['an unknown source', { user: { source_id: 'FAX' } }, 'user.source_id', /WEB «Веб-сайт»/],
    ['an unknown type of company', { contract: { company_type: 'X' } }, 'contract.company_type', /CUSTOMER «Клиент»/],
  ];
  for (const [what, placement, path, names] of wrong) {
    it(`${what} is refused as it is saved, by its path, with what there is`, async () => {
      world.portal.users.fire(2);
      const before = (await world.call(tenant.token, 'GET', `${bitrix24}/settings`)).body.data.placement;
      const { status, body } = await save(placement);
      expect(status).to.equal(400);
      expect(body.error).to.include(`placement.${path}`).and.to.match(names);
      const after = (await world.call(tenant.token, 'GET', `${bitrix24}/settings`)).body.data.placement;
      expect(after).to.deep.equal(before);
      world.portal.users.rehire(2);
    });
  }

  for (const wrongPlace of ['ignored', 'refused'] as const) {
    it(`a stage that is deleted later (${wrongPlace} by the portal) costs no record, is told once, and heals when it is back`, async () => {
      Object.assign(world.portal.switches, { wrongPlace });
      expect(
        (await save({ object: { default: { category_id: funnel, stage_id: `C${funnel}:EXECUTING` } } })).status,
      ).to.equal(200);
      world.portal.store.funnels.deleteStage(`C${funnel}:EXECUTING`);
      const first = await make('objects', { name: `Первый ${wrongPlace}` });
      expect(await world.remoteOf(tenant, 'object', first)).to.include({ TITLE: `Первый ${wrongPlace}` });
      await eventually(async () => expect(await faults()).to.have.length(1));
      await forgetLists();
      const second = await make('objects', { name: `Второй ${wrongPlace}` });
      expect(await world.remoteOf(tenant, 'object', second)).to.include({
        ...{ CATEGORY_ID: `${funnel}`, STAGE_ID: `C${funnel}:NEW` },
      });
      const [fault, ...others] = await faults();
      expect(others).to.deep.equal([]);
      expect(fault?.code).to.equal('placement_gone');
      expect(fault?.text).to.match(/«Монтаж».*нет стадии/);
      const [stored] = await world.sql('select attempts from sync_faults where ended_at is null');
      expect(stored).to.deep.equal({ attempts: 1 });
      world.portal.store.funnels.restoreStage(`C${funnel}:EXECUTING`);
      await forgetLists();
      const third = await make('objects', { name: `Третий ${wrongPlace}` });
      expect((await world.remoteOf(tenant, 'object', third)).STAGE_ID).to.equal(`C${funnel}:EXECUTING`);
      expect(await faults()).to.deep.equal([]);
    });
  }

  it('a person who is dismissed later leaves the record to the owner of the token, and it heals when another is chosen', async () => {
    Object.assign(world.portal.switches, { dismissedResponsible: 'refused' });
    await save({ user: { responsible_id: employee } });
    world.portal.users.fire(employee);
    const id = await make('users', { name: 'Пётр Сидоров' });
    expect(await world.remoteOf(tenant, 'user', id)).to.include({ ASSIGNED_BY_ID: '1' });
    await eventually(async () => expect((await faults()).map(({ code }) => code)).to.deep.equal(['placement_gone']));
    expect((await world.sql('select 1 from integration_errors where status <> $1', ['resolved'])).length).to.equal(0);
    await save({ user: { responsible_id: manager } });
    expect(await faults()).to.deep.equal([]);
    world.portal.users.rehire(employee);
  });

  it('that are gone are told, and heal, although no record is made: the sweep looks at them', async () => {
    await save({ object: { default: { stage_id: 'EXECUTING' } } });
    world.portal.store.funnels.deleteStage('EXECUTING');
    await forgetLists();
    await world.runJob('sweep', tenant);
    expect((await faults()).map(({ code }) => code)).to.deep.equal(['placement_gone']);
    world.portal.store.funnels.restoreStage('EXECUTING');
    await forgetLists();
    await world.runJob('sweep', tenant);
    expect(await faults()).to.deep.equal([]);
  });

  it('of a funnel that is gone are those of the common one', async () => {
    const gone = world.portal.store.funnels.add('Временная');
    await forgetLists();
    await save({ object: { default: { category_id: gone, stage_id: `C${gone}:NEW` } } });
    world.portal.store.funnels.delete(gone);
    await forgetLists();
    const id = await make('objects', { name: 'Без воронки' });
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ CATEGORY_ID: '0', STAGE_ID: 'NEW' });
    expect((await faults())[0]?.text).to.match(/нет воронки/);
    await save({});
    expect(await faults()).to.deep.equal([]);
  });
});
