import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** More than one pass of the engine looks at. */
const count = 620;

describe('a portal that shows nothing any more', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ portal: { switches: { rateLimited: false } }, bucket: { size: 1e6, drain: 1e6 } });
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

  const openErrors = async () =>
    (await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed')).body.data.items;
  const living = async () =>
    (await world.sql<{ n: number }>('select count(*)::int as n from objects where deleted_at is null'))[0]?.n;

  it('in its lists is doubted: nothing is deleted, one error names them all', async () => {
    world.portal.faults.add({ method: 'crm.item.list', action: { kind: 'emptyList' } });
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', { sync_objects: true, wait: true });
    await eventually(async () => expect(await openErrors()).to.have.length(1));
    const [error] = await openErrors();
    expect(error).to.include({ code: 'mass_deletion_suspected', operation: 'check_deletions', local_type: 'object' });
    expect(error.message).to.include(`сразу ${count} связанных`);
    await world.runJob('deletion_sweep', tenant);
    expect((await openErrors()).map((open: { id: number }) => open.id)).to.deep.equal([error.id]);
    expect(await living()).to.equal(count);
    world.portal.faults.clear();
  });

  it('and shows everything again: nothing happened', async () => {
    world.portal.journal.clear();
    const run = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/from', {
      sync_objects: true,
      wait: true,
    });
    expect(run.body.data).to.include({ objects_synced: count });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await living()).to.equal(count);
  });

  it('because it really lost them: retrying the error confirms every deletion, and only real ones', async function () {
    this.timeout(60_000);
    const [kept, ...others] = world.portal.records('deal').list();
    for (const deal of others) world.portal.records('deal').delete(Number(deal.ID));
    await world.runJob('deletion_sweep', tenant);
    const [error] = await openErrors();
    expect(error.code).to.equal('mass_deletion_suspected');
    expect(await living()).to.equal(count);
    const answer = await world.call(tenant.token, 'POST', `/api/integration/errors/${error.id}/retry`);
    expect(answer.status).to.equal(200);
    await world.settled(40_000);
    const left = await world.sql('select id from objects where deleted_at is null');
    expect(left).to.have.length(1);
    expect(await world.remoteOf(tenant, 'object', Number(left[0]?.id))).to.include({ ID: kept?.ID });
    expect(await openErrors()).to.deep.equal([]);
    const lines = await world.sql(`select 1 from sync_log where operation = 'delete'`);
    expect(lines).to.have.length(count - 1);
  });
});
