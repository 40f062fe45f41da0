import { expect } from 'chai';
import { crmEvents } from '../portal/outgoing-webhooks.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const moscow = 180;

describe('tasks of objects', () => {
  let world: World;
  let tenant: Tenant;
  let object: { id: number; dealId: number };
  let webhook: ReturnType<World['portal']['addWebhook']>;

  before(async () => {
    world = await startWorld({ ...unlimited, portal: { switches: { rateLimited: false, offsetMinutes: moscow } } });
    const added = await world.addTenant();
    webhook = world.portal.addWebhook({ scopes: ['crm', 'user', 'placement', 'task'] });
    tenant = { ...added, webhookUrl: webhook.url };
    const url = `http://127.0.0.1:${world.port}/bitrix24/events`;
    const events = [...crmEvents, 'ONTASKUPDATE', 'ONTASKDELETE'];
    const { token } = world.portal.addOutgoingWebhook({ url, events });
    await world.connect(tenant, { outgoing_token: token });
    object = await objectWithDeal(world, tenant, 'КамАЗ 5490');
  });
  after(() => world.stop());
  beforeEach(async () => {
    webhook.setScopes(['crm', 'user', 'placement', 'task']);
    world.portal.faults.clear();
    await world.sql('delete from object_tasks');
    for (const { id } of world.portal.tasks.list()) world.portal.tasks.remove(id);
  });

  const add = (body: Record<string, unknown>, id = object.id) =>
    world.call(tenant.token, 'POST', `/api/objects/${id}/tasks`, body);
  const list = async () => (await world.call(tenant.token, 'GET', `/api/objects/${object.id}/tasks`)).body.data.items;
  const inDeal = () => world.portal.tasks.list().filter(({ crm }) => crm.includes(`D_${object.dealId}`));
  const eventuallyListed = (expected: Record<string, unknown>) =>
    eventually(async () => expect((await list())[0]).to.include(expected));

  it('one is made in the deal, and is listed in words, with its person and its page', async () => {
    const answer = await add({ title: 'Заменить датчик', description: 'Бак 2', responsible_id: 7 });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    const [task] = inDeal();
    expect(task).to.include({ title: 'Заменить датчик', description: 'Бак 2', responsibleId: 7, status: 2 });
    const [listed] = await list();
    expect(listed).to.deep.include({
      ...{ bitrix24_id: task?.id, deal_id: object.dealId, title: 'Заменить датчик', status: 'pending', error: null },
      ...{ status_text: 'ждёт выполнения', responsible: { id: 7, name: 'Ирина Лисина' }, requested_by: 'tester' },
      url: `https://${world.portal.host}/company/personal/user/7/tasks/task/view/${task?.id}/`,
    });
    expect(answer.body.data).to.deep.equal(listed);
  });

  it('without a person named, the one who is responsible for the deal gets it', async () => {
    world.portal.records('deal').update(object.dealId, { ASSIGNED_BY_ID: 9 });
    expect((await add({ title: 'Позвонить' })).body.data.responsible.id).to.equal(9);
  });

  it('a deadline without a zone is in the portal’s, and one in the answer is in its user’s', async () => {
    await add({ title: 'По местному', deadline: '2026-12-01T18:00:00' });
    await add({ title: 'По Гринвичу', deadline: '2026-12-01T18:00:00Z' });
    const moments = inDeal().map(({ deadline }) => new Date(deadline ?? 0).toISOString());
    expect(moments).to.deep.equal(['2026-12-01T15:00:00.000Z', '2026-12-01T18:00:00.000Z']);
    world.portal.tasks.offsetMinutes = 300;
    try {
      const [task] = inDeal();
      world.portal.tasks.update(task?.id ?? 0, { deadline: Date.parse('2026-12-02T06:30:00Z') });
      await eventually(async () => expect((await list())[1].deadline).to.equal('2026-12-02T06:30:00.000Z'));
    } finally {
      world.portal.tasks.offsetMinutes = null;
    }
  });

  it('what people do with it comes back by the portal’s events', async () => {
    const { body } = await add({ title: 'Проверить связь', responsible_id: 7 });
    const id: number = body.data.bitrix24_id;
    world.portal.tasks.update(id, { status: 5, responsibleId: 9, title: 'Проверить связь и SIM' });
    await eventuallyListed({ status: 'completed', status_text: 'завершена', title: 'Проверить связь и SIM' });
    const [listed] = await list();
    expect(listed.responsible).to.deep.equal({ id: 9, name: 'Олег Котов' });
    expect(listed.closed_at).to.be.a('string');
    world.portal.tasks.remove(id);
    await eventuallyListed({ status: 'gone', status_text: 'удалена или недоступна' });
  });

  it('and by the sweep where an event was lost; tasks that are not ours cost no request', async () => {
    const { body } = await add({ title: 'Без событий' });
    world.portal.events.faults.lossRate = 1;
    try {
      world.portal.tasks.update(body.data.bitrix24_id, { status: 3 });
      await world.sql('update object_tasks set look_at = now()');
      await eventuallyListed({ status: 'in_progress' });
    } finally {
      world.portal.events.faults.lossRate = 0;
    }
    const reads = () => world.portal.journal.calls({ method: 'tasks.task.get' }).length;
    const before = reads();
    const foreign = world.portal.tasks.create({ title: 'Чужая' });
    world.portal.tasks.update(foreign.id, { status: 3 });
    await world.portal.events.settled();
    await world.runJob('portal_tasks', tenant);
    expect(reads()).to.equal(before);
  });

  for (const hidesXmlId of [false, true]) {
    it(`there is one although its answer was lost${hidesXmlId ? ', in a portal that does not give the mark back' : ''}`, async () => {
      world.portal.tasks.hidesXmlId = hidesXmlId;
      try {
        world.portal.faults.add({ method: 'tasks.task.add', times: 1, action: { kind: 'dropAfter' } });
        const answer = await add({ title: 'Одна', responsible_id: 7 });
        expect(answer.status, JSON.stringify(answer.body)).to.equal(202);
        expect(answer.body.data).to.include({ status: 'sending', status_text: 'создаётся', url: null });
        await eventuallyListed({ status: 'pending' });
        expect(inDeal()).to.have.length(1);
      } finally {
        world.portal.tasks.hidesXmlId = false;
      }
    });
  }

  it('one that never reached the portal is made once it is known that there is none', async () => {
    world.portal.faults.add({ method: 'tasks.task.add', times: 1, action: { kind: 'html', status: 502 } });
    expect((await add({ title: 'Дошла со второго раза' })).status).to.equal(202);
    await eventuallyListed({ status: 'pending' });
    expect(inDeal()).to.have.length(1);
  });

  it('one whose process was killed while it waited is found by its mark', async () => {
    await add({ title: 'Пережила рестарт' });
    const [row] = await world.sql<{ id: number }>(
      `update object_tasks set bitrix24_id = null, status = 'sending', look_at = now() returning id`,
    );
    await eventuallyListed({ id: row?.id, status: 'pending', bitrix24_id: inDeal()[0]?.id });
    expect(inDeal()).to.have.length(1);
  });

  it('without the right to tasks the error tells how to give it, and everything else goes on', async () => {
    webhook.setScopes(['crm', 'user', 'placement']);
    const answer = await add({ title: 'Нет права', responsible_id: 7 });
    expect(answer.status).to.equal(409);
    expect(answer.body.code).to.equal('task_right_missing');
    expect(answer.body.error).to.include('(task)').and.to.include('вебхук').and.to.include('Переустановить');
    expect(await list()).to.deep.equal([]);
    const health = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
    expect(health.body.data).to.include({ status: 'healthy' });
    const other = await objectWithDeal(world, tenant, 'Синхронизируется и так');
    expect(other.dealId).to.be.greaterThan(0);
  });

  it('a right taken away later is told beside the task, and opens no fault', async () => {
    await add({ title: 'Была видна', responsible_id: 7 });
    webhook.setScopes(['crm', 'user', 'placement']);
    await world.sql('update object_tasks set look_at = now()');
    await eventually(async () => expect((await list())[0].error?.code).to.equal('task_right_missing'));
    expect(await world.sql('select * from sync_faults where ended_at is null')).to.deep.equal([]);
    webhook.setScopes(['crm', 'user', 'placement', 'task']);
    await world.sql('update object_tasks set look_at = now()');
    await eventuallyListed({ error: null });
  });

  it('what the portal or the form refuses changes nothing', async () => {
    const unknown = await add({ title: 'Кому?', responsible_id: 4321 });
    expect([unknown.status, unknown.body.code]).to.deep.equal([422, 'task_refused']);
    expect(unknown.body.error).to.include('Ответственный');
    for (const body of [
      {},
      { title: ' ' },
      { title: 'А', deadline: '2026-02-31T10:00:00' },
      { title: 'А', priority: 1 },
    ])
      expect((await add(body)).status, JSON.stringify(body)).to.equal(400);
    expect((await add({ title: 'А' }, 2_000_000_000)).status).to.equal(404);
    expect([await list(), inDeal()]).to.deep.equal([[], []]);
  });

  it('an object without a deal says so', async () => {
    const settings = '/api/integration/bitrix24/settings';
    await world.call(tenant.token, 'PUT', settings, { automatic: { object: false } });
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Без сделки' });
    const answer = await add({ title: 'Некуда' }, body.data.id);
    expect([answer.status, answer.body.code]).to.deep.equal([409, 'object_without_deal']);
  });

  it('from the card of a deal it is the same, and a deal without an object says so', async () => {
    const card = (id: number) => `/api/integration/bitrix24/cards/deal/${id}/tasks`;
    const made = await world.call(tenant.token, 'POST', card(object.dealId), { title: 'Из карточки' });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    const { body } = await world.call(tenant.token, 'GET', card(object.dealId));
    expect(body.data.items).to.deep.equal(await list());
    const stranger = Number(world.portal.records('deal').create({ TITLE: 'Сама по себе' }).ID);
    const refused = await world.call(tenant.token, 'POST', card(stranger), { title: 'Некуда' });
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'deal_without_object']);
    expect((await world.call(tenant.token, 'GET', card(stranger))).body.data.items).to.deep.equal([]);
  });

  it('another company sees and changes nothing of it', async () => {
    await add({ title: 'Моя' });
    const other = await world.addTenant('ООО Чужая');
    await world.connect({ ...other, webhookUrl: tenant.webhookUrl });
    const path = `/api/objects/${object.id}/tasks`;
    expect((await world.call(other.token, 'GET', path)).status).to.equal(404);
    expect((await world.call(other.token, 'POST', path, { title: 'Чужая' })).status).to.equal(404);
    expect(inDeal()).to.have.length(1);
  });
});

describe('tasks of an installed application', () => {
  it('their events are bound where the application may see tasks', async () => {
    const world = await startWorld({ apps: true, ...unlimited });
    try {
      const driver = installingIn(world);
      const tenant = await world.addTenant();
      const app = driver.addApp(world.portal, { scopes: ['crm', 'placement', 'task'] });
      await driver.storeKeys(tenant, app);
      const frame = app.frame();
      await driver.post(frame);
      const session = await driver.session(frame);
      await driver.bound(session.body.data.token);
      app.finishInstall();
      const bound = app.record.bindings.map(({ event }) => event);
      expect(bound).to.include.members(['ONTASKUPDATE', 'ONTASKDELETE']);
      const object = await objectWithDeal(world, tenant, 'КамАЗ');
      const path = `/api/objects/${object.id}/tasks`;
      const { body } = await world.call(tenant.token, 'POST', path, { title: 'Осмотр' });
      world.portal.tasks.update(body.data.bitrix24_id, { status: 4 });
      await eventually(async () => {
        const { body: listed } = await world.call(tenant.token, 'GET', path);
        expect(listed.data.items[0].status).to.equal('supposedly_completed');
      });
    } finally {
      await world.stop();
    }
  });
});
