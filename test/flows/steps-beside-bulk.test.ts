import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** Far shorter than the first load on a machine that is busy with other tests; `npm run bench -- first-load` tells the real times. */
const deadlineMs = 10_000;

/** A portal that needs 44 ms for a create, really waits for it, and works on eight requests at once. */
const busyPortal = { portal: { latency: 'fast' as const, switches: { virtualSeconds: false, workers: 8 } } };

async function insertObjects(world: World, tenant: Tenant, from: number, to: number): Promise<void> {
  await world.sql(
    `insert into objects (tenant_id, name, description) select $1, 'Камаз ' || n, 'Датчик ' || n from generate_series($2::int, $3::int) n`,
    [tenant.id, from, to],
  );
}

describe('a person’s edit beside a first load of 3,000', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(busyPortal);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await insertObjects(world, tenant, 1, 3);
    await world.settled();
    await world.sql(`update companies set settings = '{"automatic":{"object":false}}'`);
    await insertObjects(world, tenant, 4, 3003);
    await world.sql(`update companies set settings = '{}'`);
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_objects: true });
    await eventually(() => world.portal.records('deal').list().length > 100, { timeoutMs: 20_000 });
  });
  after(() => world.stop());

  const isLoading = async () => {
    const [row] = await world.sql<{ count: number }>('select count(*)::int as count from sync_queue');
    expect(row?.count, 'the first load is still under way').to.be.above(100);
  };

  it('by REST reaches the deal long before the load is over', async () => {
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Изменён через REST' });
    await eventually(async () => (await world.remoteOf(tenant, 'object', 1))?.TITLE === 'Изменён через REST', {
      timeoutMs: deadlineMs,
    });
    await isLoading();
  });

  it('by SQL reaches the deal long before the load is over', async () => {
    await world.sql(`update objects set name = 'Изменён через SQL' where id = 2`);
    await eventually(async () => (await world.remoteOf(tenant, 'object', 2))?.TITLE === 'Изменён через SQL', {
      timeoutMs: deadlineMs,
    });
    await isLoading();
  });

  it('in the portal reaches the object long before the load is over', async () => {
    const deal = await world.remoteOf(tenant, 'object', 3);
    world.portal.records('deal').update(Number(deal?.ID), { TITLE: 'Изменён на портале' });
    await eventually(
      async () => (await world.sql('select name from objects where id = 3'))[0]?.name === 'Изменён на портале',
      { timeoutMs: deadlineMs },
    );
    await isLoading();
  });
});

describe('creating while the portal has no time left for it', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ portal: { latency: 'fast' } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await insertObjects(world, tenant, 1, 3);
    await world.settled();
    for (const key of Object.keys(world.portal.limits.operating)) {
      world.portal.limits.addTime(key.split(' ')[0] as string, 'crm.item.add', 600);
    }
    await insertObjects(world, tenant, 4, 6);
    await eventually(async () => {
      const [fault] = await world.sql(`select subject from sync_faults where ended_at is null`);
      expect(fault).to.deep.equal({ subject: 'crm.item.add' });
    });
  });
  after(() => world.stop());

  it('charges no record and stops no other method: updates and what comes from the portal go on', async () => {
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Обновлён' });
    const deal = await world.remoteOf(tenant, 'object', 2);
    world.portal.records('deal').update(Number(deal?.ID), { TITLE: 'С портала' });
    await eventually(async () => {
      expect((await world.remoteOf(tenant, 'object', 1))?.TITLE).to.equal('Обновлён');
      expect(await world.sql('select name from objects where id = 2')).to.deep.equal([{ name: 'С портала' }]);
    });
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
    const waiting = await world.sql(`select record_id from sync_queue where waits_for = 'method:crm.item.add'`);
    expect(waiting).to.have.length(3);
  });

  it('goes on by itself when the portal has time again, and the fault ends', async () => {
    world.portal.clock.aheadMs = 11 * 60_000;
    await world.skipWaits();
    await world.settled();
    expect(world.portal.records('deal').list()).to.have.length(6);
    expect(await world.sql('select 1 from sync_faults where ended_at is null')).to.deep.equal([]);
  });
});

describe('our own writes that come back as events', () => {
  it('cost hardly more than their own requests: 2,000 creates at most 46 in all', async function () {
    this.timeout(120_000);
    const world = await startWorld({
      portal: { switches: { rateLimited: false } },
      bucket: { size: 1000, drain: 1000 },
    });
    try {
      const tenant = await world.addTenant();
      await insertObjects(world, tenant, 1, 2000);
      await world.connectWithEvents(tenant);
      const before = world.portal.limits.counts.requests;
      await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_objects: true });
      await world.settled(60_000);
      expect(world.portal.records('deal').list()).to.have.length(2000);
      expect(world.portal.limits.counts.requests - before).to.be.at.most(46);
    } finally {
      await world.stop();
    }
  });
});
