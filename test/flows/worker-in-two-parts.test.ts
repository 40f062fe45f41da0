import os from 'node:os';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a worker in two parts', () => {
  let world: World;
  let tenant: Tenant;
  const started: WorkerProcess[] = [];

  beforeEach(async () => {
    world = await startWorld({ config: { role: 'web' } });
    tenant = await world.addTenant();
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
    await world.stop();
  });

  const start = async (role: 'urgent' | 'bulk') => void started.push(await startWorkerProcess(world, role));
  const insert = async (name: string) =>
    world.sql('insert into objects (tenant_id, name) values ($1, $2)', [tenant.id, name]);
  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map(({ TITLE }) => TITLE);
  const waiting = async () => {
    const jobs = await world.sql<{ task: string }>('select task_identifier as task from graphile_worker.jobs');
    return jobs.map(({ task }) => task);
  };

  it('what a person changed is done by the part for it; a run waits for the other part', async () => {
    await start('urgent');
    await world.connect(tenant);
    await insert('Срочный');
    await eventually(() => titles().includes('Срочный'));
    await world.sql(`update companies set settings = '{"automatic": {"object": false}}' where id = $1`, [tenant.id]);
    await insert('По запуску');
    const body = { sync_objects: true, sync_users: false, sync_contracts: false };
    expect((await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', body)).status).to.equal(202);
    await eventually(async () => expect(await waiting()).to.include('reconcile_bulk'));
    expect(titles()).to.deep.equal(['Срочный']);
    await start('bulk');
    await eventually(() => titles().includes('По запуску'), { timeoutMs: 30_000 });
  });

  it('the part for what can wait leaves what a person changed alone', async () => {
    await start('bulk');
    await world.connect(tenant);
    await insert('Срочный');
    await eventually(async () => expect(await waiting()).to.include('reconcile'));
    expect(titles()).to.deep.equal([]);
    await start('urgent');
    await eventually(() => titles().includes('Срочный'), { timeoutMs: 30_000 });
  });

  it('the part for what can wait runs at a lower priority of the machine', async () => {
    await start('urgent');
    await start('bulk');
    const [urgent, bulk] = started.map(({ pid }) => os.getPriority(pid)) as [number, number];
    expect(bulk).to.be.above(urgent);
  });
});
