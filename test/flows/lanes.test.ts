import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** Milliseconds from a change in the CRM to the portal. */
async function delayOfEdit(world: World, tenant: Tenant, name: string): Promise<number> {
  const [object] = await world.sql<{ id: number }>('select min(id) as id from objects where tenant_id = $1', [
    tenant.id,
  ]);
  const startedAt = performance.now();
  await world.sql('update objects set name = $1 where id = $2', [name, object?.id]);
  await eventually(
    async () => expect((await world.remoteOf(tenant, 'object', object?.id ?? 0))?.TITLE).to.equal(name),
    {
      timeoutMs: 30_000,
    },
  );
  return performance.now() - startedAt;
}

const insertObjects = (world: World, tenant: Tenant, count: number) =>
  world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2::int) n`, [
    tenant.id,
    count,
  ]);

const tasksRunning = async (world: World) =>
  (
    await world.sql<{ task: string }>(
      `select task_identifier as task from graphile_worker.jobs where locked_at is not null`,
    )
  )
    .map((row) => row.task)
    .sort();

describe('what a person waits for and bulk work', () => {
  let world: World;
  let person: Tenant;
  const loading: Tenant[] = [];

  before(async () => {
    world = await startWorld({
      portal: { switches: { rateLimited: false } },
      bucket: { size: 1000, drain: 1000 },
      config: { syncConcurrency: 2 },
      patience: { readMs: 700, writeMs: 900 },
    });
    person = await world.addTenant('ООО Ромашка');
    await world.connect(person);
    await insertObjects(world, person, 1);
    await world.settled();
    for (let n = 1; n <= 4; n += 1) {
      const tenant = await world.addTenant(`ООО Загрузка ${n}`);
      loading.push(tenant);
      await world.connect(tenant);
      await world.sql(`update companies set settings = settings || '{"automatic": {"object": false}}' where id = $1`, [
        tenant.id,
      ]);
      await insertObjects(world, tenant, 300);
    }
  });
  after(() => world.stop());

  it('an edit does not wait for the first loads of other companies, and no slot of theirs is an urgent one', async () => {
    const stop = world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 400 } });
    for (const { token } of loading) {
      const body = { sync_objects: true, sync_users: false, sync_contracts: false };
      expect((await world.call(token, 'POST', '/api/integration/bitrix24/sync/to', body)).status).to.equal(202);
    }
    await eventually(async () => expect(await tasksRunning(world)).to.deep.equal(['reconcile_bulk']));
    expect(await delayOfEdit(world, person, 'Правка во время загрузок')).to.be.lessThan(4000);
    stop();
    await world.settled(60_000);
  });

  it('a portal that answers no read leaves the urgent slots, and its tenant is not charged', async () => {
    const [hanging] = loading as [Tenant];
    await world.sql('update bitrix24_connections set slow_until = null');
    const stop = world.portal.faults.add({ method: 'batch', times: 1, action: { kind: 'delay', ms: 3000 } });
    await world.sql(`update companies set settings = '{}' where id = $1`, [hanging.id]);
    await world.sql(
      `update objects set name = name || ' правка' where id = (select min(id) from objects where tenant_id = $1)`,
      [hanging.id],
    );
    await eventually(async () => {
      const slow = await world.sql(
        `select 1 from bitrix24_connections where tenant_id = $1 and slow_until > now() + interval '9 minutes'`,
        [hanging.id],
      );
      expect(slow).to.have.length(1);
    });
    stop();
    await world.settled(30_000);
    const [connection] = await world.sql('select pause_failures from bitrix24_connections where tenant_id = $1', [
      hanging.id,
    ]);
    expect(connection).to.deep.equal({ pause_failures: 0 });
  });
});
