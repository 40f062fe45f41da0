import { expect } from 'chai';
import pg from 'pg';
import { makeLog } from '../../app/lib/log.ts';
import { type RunningApp, startApp } from '../../app/start.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const settings = '/api/integration/bitrix24/settings';

describe('two CRM databases that work on one portal', () => {
  let world: World;
  let tenant: Tenant;
  let database: TestDatabase;
  let other: RunningApp;
  let pool: pg.Pool;

  const deals = () => world.portal.records('deal');
  const otherSql = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows;

  /** The same call of the second program; its first company has the number of ours, so one token serves both. */
  async function otherCall(method: string, path: string, body: unknown): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${other.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.status;
  }

  async function settled(): Promise<void> {
    await world.settled();
    await eventually(async () => {
      await world.portal.events.settled();
      const rows = await otherSql('select entity, side, record_id from sync_queue');
      if (rows.length > 0) throw new Error(`Still queued: ${JSON.stringify(rows)}`);
    });
    await world.settled();
  }

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    // A database that is migrated by itself has a name of its own.
    database = await createTestDatabase({ empty: true });
    pool = new pg.Pool({ connectionString: database.url, max: 2 });
    const log = makeLog({ level: 'fatal', format: 'json' });
    other = await startApp({ ...world.config, databaseUrl: database.url }, database.url, log, {
      extraCa: world.portal.caPem,
      timings: { uncertainWaitMs: 400, backoffMs: 150, outageMs: 150 },
      ...(unlimited.bucket && { bucket: unlimited.bucket }),
    });
    await otherSql(`insert into companies (id, name) values ($1, 'ООО Ромашка, проверка')`, [tenant.id]);
    const handler = world.portal.addOutgoingWebhook({ url: `http://127.0.0.1:${other.port}/bitrix24/events` });
    const body = { webhook_url: world.portal.addWebhook().url, outgoing_token: handler.token };
    expect(await otherCall('POST', '/api/integration/bitrix24/setup', body)).to.equal(200);
    const imports = { import_new: { object: true, user: true, contract: true } };
    expect(await otherCall('PUT', settings, imports)).to.equal(200);
    expect((await world.call(tenant.token, 'PUT', settings, imports)).status).to.equal(200);
  });
  after(async () => {
    await other?.stop();
    await pool?.end();
    await world.stop();
    await database?.drop();
  });

  it('have names of their own', async () => {
    const [ours] = await world.sql('select name from axenta_database');
    const [theirs] = await otherSql('select name from axenta_database');
    expect(ours?.name).to.match(/^[a-z]{8}$/);
    expect(theirs?.name)
      .to.match(/^[a-z]{8}$/)
      .and.not.equal(ours?.name);
  });

  it('each make a deal of their object 1, and neither takes the other’s for its own', async () => {
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Наш')`, [tenant.id]);
    await otherSql(`insert into objects (tenant_id, name) values ($1, 'Их')`, [tenant.id]);
    await settled();
    const titles = () =>
      deals()
        .list()
        .map(({ TITLE }) => TITLE)
        .sort();
    expect(titles()).to.deep.equal(['Их', 'Наш']);
    await world.runJob('sweep', tenant);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', {
      all: true,
      import_new: true,
      wait: true,
    });
    await settled();
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Наш' }]);
    expect(await otherSql('select name from objects')).to.deep.equal([{ name: 'Их' }]);
    expect(titles()).to.deep.equal(['Их', 'Наш']);
  });

  it('each follow their own deal alone', async () => {
    for (const deal of deals().list()) deals().update(Number(deal.ID), { TITLE: `${deal.TITLE}, изменён` });
    await settled();
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Наш, изменён' }]);
    expect(await otherSql('select name from objects')).to.deep.equal([{ name: 'Их, изменён' }]);
    const open = await world.sql(`select code from integration_errors where status <> 'resolved'`);
    expect(open).to.deep.equal([]);
  });

  it('do not link the other’s record by hand either', async () => {
    const theirs = deals()
      .list()
      .find(({ TITLE }) => TITLE === 'Их, изменён');
    const link = `/api/integration/bitrix24/cards/deal/${theirs?.ID}/link`;
    const [object] = await world.sql(
      `insert into objects (tenant_id, name, deleted_at) values ($1, 'Ещё один', now()) returning id`,
      [tenant.id],
    );
    await world.settled();
    await world.sql(`update objects set deleted_at = null where id = $1`, [object?.id]);
    const answer = await world.call(tenant.token, 'POST', link, { local_id: object?.id });
    expect(answer.status).to.equal(409);
    expect(answer.body).to.include({ code: 'other_database' });
    await settled();
  });
});

describe('origins without the name of a database, as earlier releases wrote them', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');
  const contacts = () => world.portal.records('contact');
  const former = (kind: string, id: number) => ({ ORIGINATOR_ID: 'axenta', ORIGIN_ID: `${tenant.id}:${kind}:${id}` });

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'PUT', settings, { import_new: { object: true, user: true } });
  });
  after(() => world.stop());

  it('of a foreign database are neither linked, nor written, nor imported', async () => {
    const deal = Number(deals().create({ TITLE: 'Чужая', ...former('object', 1) }).ID);
    const contact = Number(contacts().create({ NAME: 'Чужой', ...former('user', 1) }).ID);
    await world.settled();
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Наш')`, [tenant.id]);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Наш Человек')`, [tenant.id]);
    await world.settled();
    deals().update(deal, { TITLE: 'Чужая, изменена' });
    contacts().update(contact, { NAME: 'Чужой, изменён' });
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(deals().get(deal)).to.include({ TITLE: 'Чужая, изменена', ORIGIN_ID: `${tenant.id}:object:1` });
    expect(contacts().get(contact)).to.include({ NAME: 'Чужой, изменён' });
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Наш' }]);
    expect(await world.sql('select name from users')).to.deep.equal([{ name: 'Наш Человек' }]);
    expect(Number((await world.remoteOf(tenant, 'object', 1)).ID)).to.not.equal(deal);
    expect(Number((await world.remoteOf(tenant, 'user', 1)).ID)).to.not.equal(contact);
  });

  it('of a foreign database are not linked with a record of ours that has no pair', async () => {
    await world.call(tenant.token, 'PUT', settings, { directions: { contract: 'from_bitrix' } });
    const company = Number(world.portal.records('company').create({ TITLE: 'Чужая', ...former('contract', 1) }).ID);
    await world.settled();
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '1', 'Наш клиент')`, [
      tenant.id,
    ]);
    await world.settled();
    world.portal.records('company').update(company, { TITLE: 'Чужая, изменена' });
    await world.settled();
    expect(await world.sql('select client_name from contracts')).to.deep.equal([{ client_name: 'Наш клиент' }]);
    expect(await world.sql(`select 1 from bitrix24_sync_mappings where local_type = 'contract'`)).to.deep.equal([]);
  });

  it('of a record that we linked are renewed with the next write', async () => {
    const { ID } = await world.remoteOf(tenant, 'object', 1);
    world.portal.events.faults.lossRate = 1;
    deals().update(Number(ID), former('object', 1));
    world.portal.events.faults.lossRate = 0;
    await world.sql(`update objects set name = 'Наш, изменён'`);
    await world.settled();
    const deal = deals().get(Number(ID));
    expect(deal).to.include({ TITLE: 'Наш, изменён' });
    expect(deal.ORIGIN_ID).to.match(/^[a-z]{8}:/);
  });

  it('are believed where the record was linked once, and after it came back from the recycle bin', async () => {
    const { ID } = await world.remoteOf(tenant, 'object', 1);
    deals().update(Number(ID), former('object', 1));
    await world.settled();
    const [row] = await world.sql(`select id from bitrix24_sync_mappings where local_type = 'object'`);
    await world.call(tenant.token, 'DELETE', `/api/integration/bitrix24/mappings/${row?.id}`);
    await world.sql(`update objects set name = 'Снова наш'`);
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', 1)).ID)).to.equal(Number(ID));
    deals().update(Number(ID), former('object', 1));
    await world.settled();
    deals().delete(Number(ID));
    await world.settled();
    const again = world.portal.recycleBin.restore('deal', Number(ID), { event: 'told' });
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', 1)).ID)).to.equal(again);
    expect(deals().list()).to.have.length(2);
  });
});
