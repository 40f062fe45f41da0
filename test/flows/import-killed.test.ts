import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a worker that is killed between the event of a new deal and its import', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ config: { role: 'web' } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    const settings = { import_new: { object: true } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
  });
  after(() => world.stop());

  it('leaves the event where the next one finds it: one object, and the deal stays alone', async () => {
    const worker = await startWorkerProcess(world);
    // Reading the deal takes long enough to be killed in the middle of it.
    const slow = world.portal.faults.add({ action: { kind: 'delay', ms: 3000 } });
    world.portal.records('deal').create({ TITLE: 'Из портала' });
    await eventually(async () => {
      const rows = await world.sql(
        `select 1 from graphile_worker.jobs where locked_at is not null and task_identifier like 'reconcile%'`,
      );
      return rows.length > 0;
    });
    await worker.kill();
    slow();
    expect(await world.sql('select name from objects')).to.deep.equal([]);
    expect(await world.sql('select 1 from sync_queue')).to.have.length(1);
    await world.stopApp();
    world.config.role = 'all';
    await world.startApp();
    await world.settled(25_000);
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Из портала' }]);
    expect(await world.sql('select 1 from bitrix24_sync_mappings')).to.have.length(1);
    expect(world.portal.records('deal').list()).to.have.length(1);
  });
});
