import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lanesFor } from '../../app/jobs/lanes.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, startWorld, type Tenant, type World } from '../support/world.ts';

const count = 60;
const limits = { portal: { switches: { rateLimited: false } }, bucket: { size: 1000, drain: 1000 } };

/** Deals of the portal by the object that each was made for; fails when one object has two. */
function dealsByOrigin(world: World): Map<string, Record<string, unknown>> {
  const deals = world.portal.records('deal').list();
  const byOrigin = new Map(deals.map((deal) => [String(deal.ORIGIN_ID), deal as Record<string, unknown>]));
  expect(byOrigin.size, 'one deal per object').to.equal(deals.length);
  return byOrigin;
}

async function expectEqualSides(world: World, tenant: Tenant, objects: number): Promise<void> {
  await world.settled(60_000);
  expect(dealsByOrigin(world).size).to.equal(objects);
  const rows = await world.sql<{ id: number; name: string; deal: string }>(
    `select o.id, o.name, m.bitrix24_id as deal from objects o
       left join bitrix24_sync_mappings m on m.tenant_id = o.tenant_id and m.local_type = 'object' and m.local_id = o.id
      where o.tenant_id = $1`,
    [tenant.id],
  );
  expect(rows).to.have.length(objects);
  for (const { name, deal } of rows) expect(world.portal.records('deal').get(Number(deal))?.TITLE).to.equal(name);
  expect(await world.sql(`select code from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
}

const insertObjects = (world: World, tenant: Tenant) =>
  world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2::int) n`, [
    tenant.id,
    count,
  ]);

function expectUnavailable({ status, body, headers }: Answer): void {
  expect(status).to.equal(503);
  expect(body).to.include({ status: 'error', code: 'database_unavailable' });
  expect(body.error).to.match(/База данных недоступна/);
  expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
}

/** Fails when the answer takes longer than it may. */
async function within<Value>(ms: number, action: () => Promise<Value>): Promise<Value> {
  const startedAt = performance.now();
  const value = await action();
  expect(performance.now() - startedAt).to.be.lessThan(ms);
  return value;
}

describe('PostgreSQL ends all sessions once', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(limits);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  it('the process lives, and what was under way is finished without a double', async () => {
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 150 } });
    await insertObjects(world, tenant);
    await eventually(() => world.portal.records('deal').list().length > 0);
    expect(await world.endAllSessions()).to.be.greaterThan(3);
    await expectEqualSides(world, tenant, count);
    expect((await world.call(null, 'GET', '/readyz')).status).to.equal(200);
  });

  it('ended again and again, a change still arrives', async () => {
    for (let n = 0; n < 4; n += 1) {
      await world.endAllSessions();
      await sleep(400);
    }
    await world.sql(`update objects set name = name || ' изменён' where id % 2 = 0`);
    await expectEqualSides(world, tenant, count);
  });

  it('all slots of the worker are there again', async () => {
    const slots = lanesFor(world.config.syncConcurrency, 'worker').reduce((sum, lane) => sum + lane.slots, 0);
    await eventually(async () => {
      const locks = await world.sql(
        `select 1 from pg_locks l join pg_stat_activity a using (pid)
          where l.locktype = 'advisory' and a.datname = current_database() and a.application_name like '%liveness'`,
      );
      expect(locks).to.have.length(slots);
    });
  });
});

describe('PostgreSQL is away for some seconds', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ ...limits, databaseProxy: true, config: { sweepIntervalSec: 5 } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await insertObjects(world, tenant);
    await world.settled();
  });
  after(() => world.stop());

  const put = (id: number, name: string) => world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name });

  it('REST, pages and events say so within a second, and everything is caught up afterwards', async function () {
    this.timeout(90_000);
    const [first, second, third] = await world.sql<{ id: number }>('select id from objects order by id limit 3');
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 200 } });
    const [quiet] = await world.sql<{ id: string }>(
      `select bitrix24_id as id from bitrix24_sync_mappings where local_type = 'object' order by local_id desc limit 1`,
    );
    await world.sql(`update objects set name = name || ' изменён' where id < (select max(id) from objects)`);
    expect((await put(first?.id ?? 0, 'До отключения')).status).to.equal(200);
    await sleep(100);

    world.database.cut();
    expectUnavailable(await within(1500, () => put(second?.id ?? 0, 'Во время отключения')));
    expectUnavailable(await within(1000, () => world.call(tenant.token, 'GET', '/api/objects')));
    expect((await within(1000, () => world.call(null, 'GET', '/readyz'))).status).to.equal(503);
    expect((await within(1000, () => world.call(null, 'GET', '/healthz'))).status).to.equal(200);
    const page = await within(1000, () => postForm('/bitrix24/app?DOMAIN=company.bitrix24.example', frame));
    expect(page.status).to.equal(503);
    expect(page.headers.get('retry-after')).to.equal('5');
    expect(await page.text()).to.match(/<html.*База данных недоступна.*database_unavailable/s);
    const event = await within(1000, () =>
      postForm('/bitrix24/events', 'event=ONCRMDEALUPDATE&auth[application_token]=t&data[FIELDS][ID]=1'),
    );
    expect(event.status).to.equal(503);
    // Its event is refused, as any of this time: the sweep finds it.
    world.portal.records('deal').update(Number(quiet?.id), { TITLE: 'Из портала во время отключения' });
    await sleep(4000);

    world.database.restore();
    await eventually(async () => expect((await world.call(null, 'GET', '/readyz')).status).to.equal(200), {
      timeoutMs: 5000,
    });
    expect((await put(third?.id ?? 0, 'После отключения')).status).to.equal(200);
    await eventually(
      async () => {
        const rows = await world.sql(`select 1 from objects where name = 'Из портала во время отключения'`);
        expect(rows).to.have.length(1);
      },
      { timeoutMs: 30_000 },
    );
    await expectEqualSides(world, tenant, count);
    const names = (await world.sql<{ name: string }>('select name from objects')).map((row) => row.name);
    expect(names).to.include.members(['До отключения', 'После отключения']).and.not.include('Во время отключения');
  });

  it('one that does not answer any more is noticed too', async () => {
    world.database.hang();
    const [object] = await world.sql<{ id: number }>('select id from objects order by id limit 1');
    expectUnavailable(await within(8000, () => put(object?.id ?? 0, 'Без ответа')));
    expectUnavailable(await within(1000, () => put(object?.id ?? 0, 'Без ответа')));
    world.database.restore();
    await eventually(async () => (await put(object?.id ?? 0, 'Снова с ответом')).status === 200, { timeoutMs: 15_000 });
    await expectEqualSides(world, tenant, count);
  });

  it('a progress stream ends, and the process lives', async () => {
    // A run that does not end, because its tenant waits.
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    const [run] = await world.sql<{ id: number }>(
      `insert into sync_runs (tenant_id, direction, entities) values ($1, 'to_bitrix', '{object}') returning id`,
      [tenant.id],
    );
    const answer = await fetch(`http://127.0.0.1:${world.port}/api/integration/bitrix24/runs/${run?.id}/stream`, {
      headers: { authorization: `Bearer ${tenant.token}` },
    });
    expect(answer.status).to.equal(200);
    world.database.cut();
    await answer.text().catch(() => undefined);
    world.database.restore();
    await eventually(async () => (await world.call(null, 'GET', '/readyz')).status === 200);
  });

  const frame = 'AUTH_ID=a&REFRESH_ID=r&member_id=m';
  const postForm = (path: string, body: string) =>
    fetch(`http://127.0.0.1:${world.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
});

describe('PostgreSQL is away from a process that only serves HTTP', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ databaseProxy: true, config: { role: 'web' } });
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  it('it answers 503, and 200 when the database is back', async () => {
    const get = () => world.call(tenant.token, 'GET', '/api/objects');
    expect((await get()).status).to.equal(200);
    world.database.cut();
    expectUnavailable(await within(1500, get));
    world.database.restore();
    await eventually(async () => expect((await get()).status).to.equal(200), { timeoutMs: 5000 });
  });
});
