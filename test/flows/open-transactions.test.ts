import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const integration = '/api/integration/bitrix24';

describe('a transaction of another program that stays open', () => {
  let world: World;
  let tenant: Tenant;
  let writer: pg.Client;
  let linked: number[];

  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);
  const add = (name: string) => world.call(tenant.token, 'POST', '/api/objects', { name });
  const dealsOf = (names: readonly string[]) => eventually(() => expect(titles()).to.include.members([...names]));
  const deadline = async <Value>(work: Promise<Value>): Promise<Value> => {
    const startedAt = Date.now();
    const value = await work;
    expect(Date.now() - startedAt).to.be.below(5000);
    return value;
  };

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    linked = [];
    for (const name of ['Камаз', 'Газель']) linked.push((await objectWithDeal(world, tenant, name)).id);
    writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
  });
  after(async () => {
    await writer.end();
    await world.stop();
  });
  afterEach(() => writer.query('rollback'));

  it('having changed an object, stops neither other objects nor a run', async () => {
    await writer.query('begin');
    await writer.query(`update objects set name = 'Камаз 2' where id = $1`, [linked[0]]);
    const names = [1, 2, 3, 4, 5].map((n) => `Урал ${n}`);
    for (const name of names) expect((await deadline(add(name))).status).to.equal(201);
    await dealsOf(names);
    // A row that is being removed just now is none that a run asks for.
    await eventually(
      async () => (await world.sql('select 1 from sync_queue where create_sent_at is not null')).length === 0,
    );
    const run = await deadline(world.call(tenant.token, 'POST', `${integration}/sync/to`, { sync_objects: true }));
    expect(run.status).to.equal(202);
    expect(run.body.data.total).to.equal(7);
    await writer.query('commit');
    await dealsOf(['Камаз 2']);
    await world.settled();
  });

  it('holding a row of the queue, stops neither other objects nor a run; its record arrives, too', async () => {
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    await world.sql(`update objects set name = 'Газель 2' where id = $1`, [linked[1]]);
    await writer.query('begin');
    const held = await writer.query('select 1 from sync_queue where record_id = $1 for update', [linked[1]]);
    expect(held.rowCount).to.equal(1);
    await world.sql('update bitrix24_connections set paused_until = null');
    const names = [1, 2, 3, 4, 5].map((n) => `Зил ${n}`);
    for (const name of names) expect((await deadline(add(name))).status).to.equal(201);
    await dealsOf(names);
    const run = await deadline(world.call(tenant.token, 'POST', `${integration}/sync/to`, { sync_objects: true }));
    expect(run.status).to.equal(202);
    await writer.query('commit');
    await dealsOf(['Газель 2']);
    await world.settled();
  });

  it('having added an object, stops neither a set-up nor settings', async () => {
    await writer.query('begin');
    await writer.query(`insert into objects (tenant_id, name) values ($1, 'Скания')`, [tenant.id]);
    const body = { webhook_url: tenant.webhookUrl };
    expect((await deadline(world.call(tenant.token, 'POST', `${integration}/setup`, body))).status).to.equal(200);
    expect((await deadline(world.call(tenant.token, 'PUT', `${integration}/settings`, {}))).status).to.equal(200);
    await writer.query('commit');
    await dealsOf(['Скания']);
  });

  it('having changed the company itself, makes a set-up and settings answer that they have to be tried again', async () => {
    await writer.query('begin');
    await writer.query(`update companies set name = 'ООО Лютик' where id = $1`, [tenant.id]);
    const body = { webhook_url: tenant.webhookUrl };
    const setup = await world.call(tenant.token, 'POST', `${integration}/setup`, body);
    expect(setup.status).to.equal(503);
    expect(setup.body).to.include({ status: 'error', code: 'database_busy' });
    const settings = await world.call(tenant.token, 'PUT', `${integration}/settings`, {});
    expect(settings.status).to.equal(503);
    expect(settings.body.error).to.include('повторите');
  });
});
