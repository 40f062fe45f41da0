import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('records that leave their table or their tenant in other ways than a deletion', () => {
  let world: World;
  let former: Tenant;
  let next: Tenant;
  const stateOf = async (tenant: Tenant, id: number) =>
    (
      await world.sql<{ state: string }>(
        `select state from bitrix24_sync_mappings where tenant_id = $1 and local_type = 'object' and local_id = $2`,
        [tenant.id, id],
      )
    )[0]?.state;

  before(async () => {
    world = await startWorld();
    former = await world.addTenant('ООО Ромашка');
    next = await world.addTenant('ООО Лютик');
    await world.connect(former);
    await world.connect(next);
    // What a look finds later would hide that nothing was queued.
    await eventually(async () => expect(await world.sql('select 1 from local_looks')).to.deep.equal([]), {
      timeoutMs: 20_000,
    });
  });
  after(() => world.stop());

  it('a record of another tenant now is unlinked there and new here', async () => {
    const { id } = await objectWithDeal(world, former, 'Камаз');
    await world.sql('update objects set tenant_id = $2 where id = $1', [id, next.id]);
    await world.settled();
    expect(await stateOf(former, id)).to.equal('unlinked');
    expect(await stateOf(next, id)).to.equal('linked');
    const origins = world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);
    expect(origins).to.deep.equal(['Камаз', 'Камаз']);
  });

  it('a record whose number changed is another one', async () => {
    const { id } = await objectWithDeal(world, former, 'Зил');
    await world.sql('update objects set id = $2 where id = $1', [id, id + 1000]);
    await world.settled();
    expect([await stateOf(former, id), await stateOf(former, id + 1000)]).to.deep.equal(['unlinked', 'linked']);
  });

  it('the policy for deletions decides what becomes of the deal', async () => {
    const { id, dealId } = await objectWithDeal(world, former, 'Урал');
    await world.call(former.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_local_delete: { object: 'delete' },
    });
    await world.sql('update objects set tenant_id = $2 where id = $1', [id, next.id]);
    await world.settled();
    expect(world.portal.records('deal').list()).not.to.deep.include({ ID: String(dealId) });
    await world.call(former.token, 'PUT', '/api/integration/bitrix24/settings', {});
  });

  it('a table that is emptied leaves no record linked', async () => {
    const ids = [];
    for (const name of ['Маз', 'Газ']) ids.push((await objectWithDeal(world, former, name)).id);
    const other = await objectWithDeal(world, next, 'Скания');
    await world.sql('truncate objects');
    await world.settled();
    for (const id of ids) expect(await stateOf(former, id)).to.equal('unlinked');
    expect(await stateOf(next, other.id)).to.equal('unlinked');
  });
});

describe('the queue triggers', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await startWorld({ config: { role: 'web' } });
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());
  beforeEach(() => world.sql('truncate sync_queue'));

  const settings = (value: unknown) =>
    world.sql('update companies set settings = $2::jsonb where id = $1', [tenant.id, JSON.stringify(value)]);
  const insert = (count: number, tenantId = tenant.id) =>
    world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз' from generate_series(1, $2::int)`, [
      tenantId,
      count,
    ]);
  const queued = () => world.sql<{ priority: number }>('select priority from sync_queue');

  for (const rubbish of [
    { automatic: { object: 'maybe' } },
    { automatic: { object: 7 } },
    { automatic: { object: null } },
    { automatic: { object: {} } },
    { automatic: ['object'] },
    { automatic: 'no' },
    ['automatic'],
    'automatic',
    7,
    null,
  ]) {
    it(`take settings of ${JSON.stringify(rubbish)} for the default, and fail no writer`, async () => {
      await settings(rubbish);
      await insert(1);
      expect(await queued()).to.have.length(1);
    });
  }

  it('obey a switch that is off', async () => {
    await settings({ automatic: { object: false } });
    await insert(1);
    expect(await queued()).to.deep.equal([]);
    await settings({});
  });

  it('let a single edit go before a statement of many rows', async () => {
    await insert(20);
    expect(new Set((await queued()).map(({ priority }) => priority))).to.deep.equal(new Set([10]));
    await world.sql('truncate sync_queue');
    await insert(21);
    expect(new Set((await queued()).map(({ priority }) => priority))).to.deep.equal(new Set([15]));
    await world.sql(`update objects set name = 'Газель' where id = (select max(id) from objects)`);
    expect((await queued()).filter(({ priority }) => priority === 10)).to.have.length(1);
  });

  it('keep what a transaction did and forget what it took back', async () => {
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    const add = (name: string) =>
      writer.query('insert into objects (tenant_id, name) values ($1, $2) returning id', [tenant.id, name]);
    await writer.query('begin');
    const kept = [(await add('первый')).rows[0].id];
    await writer.query('savepoint part');
    await add('взят назад');
    await writer.query('rollback to part');
    kept.push((await add('второй')).rows[0].id);
    await writer.query('set constraints all immediate');
    await writer.query('savepoint part');
    await add('тоже взят назад');
    await writer.query('rollback to part');
    kept.push((await add('третий')).rows[0].id);
    expect(await queued()).to.deep.equal([]);
    await writer.query('set constraints all deferred');
    kept.push((await add('четвёртый')).rows[0].id);
    await writer.query('commit');
    await writer.end();
    const rows = await world.sql<{ record_id: string }>('select record_id from sync_queue order by record_id');
    expect(rows.map((row) => Number(row.record_id))).to.deep.equal(kept);
    expect(await world.sql('select 1 from sync_changes')).to.deep.equal([]);
  });

  it('let a company be deleted together with its records', async () => {
    const gone = await world.addTenant();
    await world.connect(gone);
    await insert(3, gone.id);
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    await writer.query('begin');
    for (const table of ['objects', 'sync_queue', 'bitrix24_connections', 'local_looks'])
      await writer.query(`delete from ${table} where tenant_id = $1`, [gone.id]);
    await writer.query('delete from companies where id = $1', [gone.id]);
    await writer.query('commit');
    await writer.end();
    expect(await queued()).to.deep.equal([]);
  });

  it('tell a tenant once in a transaction, and none without a connection', async () => {
    const idle = await world.addTenant();
    const heard: string[] = [];
    const listener = new pg.Client({ connectionString: world.databaseUrl });
    await listener.connect();
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await listener.query('listen axenta_sync');
    await insert(3, idle.id);
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    await writer.query('begin');
    for (let n = 0; n < 5; n += 1)
      await writer.query(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await writer.query('commit');
    await writer.end();
    await eventually(() => expect(heard).to.deep.equal([String(tenant.id)]));
    await listener.query(`notify axenta_sync, 'end'`);
    await eventually(() => expect(heard).to.deep.equal([String(tenant.id), 'end']));
    await listener.end();
  });

  it('serve a writer that has no rights on our tables', async () => {
    const role = `writer_of_${tenant.id}_${process.pid}`;
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    try {
      await writer.query(`create role ${role}`);
      await writer.query(`grant insert, update, delete, select on objects, contracts, users to ${role}`);
      await writer.query(`grant usage on all sequences in schema public to ${role}`);
      await writer.query(`set role ${role}`);
      await writer.query(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
      await writer.query('reset role');
      expect(await queued()).to.have.length(1);
    } finally {
      await writer.query('reset role');
      await writer.query(`drop owned by ${role}`);
      await writer.query(`drop role ${role}`);
      await writer.end();
    }
  });
});
