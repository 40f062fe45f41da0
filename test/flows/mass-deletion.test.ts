import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** More than one pass of the engine looks at. */
const count = 620;

describe('a portal that hides its records from lists', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_bitrix24_delete: { object: 'delete' },
    });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2) n`, [
      tenant.id,
      count,
    ]);
    await world.settled(30_000);
  });
  after(() => world.stop());

  it('is asked for each by its id: what it does not call lost is neither deleted nor held', async () => {
    world.portal.faults.add({ method: 'crm.item.list', action: { kind: 'emptyList' } });
    await world.runJob('deletion_sweep', tenant);
    await world.settled(30_000);
    const run = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', {
      sync_objects: true,
      wait: true,
    });
    expect(run.body.data).to.include({ objects_synced: count });
    const living = await world.sql('select 1 from objects where deleted_at is null');
    expect(living).to.have.length(count);
    expect(await world.sql('select 1 from sync_held')).to.deep.equal([]);
    expect(world.portal.records('deal').list()).to.have.length(count);
  });
});
