import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the counts of a run', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 60) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const startRun = async () =>
    (await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_objects: true })).body.data.id;
  const finished = (id: number) =>
    eventually(async () => {
      const { body } = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/runs/${id}`);
      return body.data.state === 'finished' && body.data;
    });

  it('hold a record that was in hand when the run asked for it', async () => {
    // The pass that has it in hand waits for the portal meanwhile.
    world.portal.faults.add({ method: 'batch', when: isUpdate, times: 1, action: { kind: 'delay', ms: 700 } });
    world.portal.journal.clear();
    await world.sql(`update objects set name = 'Объект 1 изменён' where id = 1`);
    await eventually(() => world.portal.journal.calls({ method: 'batch' }).length > 0);
    const run = await finished(await startRun());
    expect(run).to.include({ total: 60, done: 60, failed: 0 });
  });

  it('count no record twice that another program holds locked meanwhile', async () => {
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    try {
      await world.stopApp();
      await world.sql(`update objects set updated_at = now() where id <= 3`);
      await world.startApp();
      const id = await startRun();
      await writer.query('begin');
      await writer.query(`select 1 from sync_queue where record_id = 2 for update`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await writer.query('commit');
      expect(await finished(id)).to.include({ total: 60, done: 60, failed: 0 });
    } finally {
      await writer.end();
    }
  });
});

function isUpdate(params: Record<string, unknown>): boolean {
  return JSON.stringify(params).includes('crm.item.update');
}
