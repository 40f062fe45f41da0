import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const count = 1500;

describe('workers that are killed in the middle of a run', () => {
  let world: World;
  let tenant: Tenant;
  let runId: number;
  let survivor: WorkerProcess | undefined;
  const started: WorkerProcess[] = [];
  const startWorker = async () => {
    const worker = await startWorkerProcess(world);
    started.push(worker);
    return worker;
  };

  before(async () => {
    world = await startWorld({ config: { role: 'web' }, portal: { switches: { rateLimited: false } } });
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2) n`, [
      tenant.id,
      count,
    ]);
    await world.connect(tenant);
    // Every batch takes a moment, so that a kill finds it under way.
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 150 } });
    const { body } = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
      sync_objects: true,
    });
    runId = body.data.id;
  });
  after(async () => {
    for (const worker of started) await worker.kill();
    await world.stop();
  });

  const deals = () => world.portal.records('deal').list();
  const progress = async () =>
    (await world.call(tenant.token, 'GET', `/api/integration/bitrix24/runs/${runId}`)).body.data;

  /** A minute passes: the portal cannot be working any more on what was asked of it before. */
  const passMinute = () =>
    world.sql(
      `update sync_queue set create_sent_at = create_sent_at - interval '61 seconds', due_at = least(due_at, now())
        where create_sent_at is not null`,
    );

  for (const [title, moment] of [
    ['between the intent and the answer of a create', async () => eventually(anyMarked)],
    ['just after deals were made', async () => eventually(() => deals().length > 0)],
    ['at any instant', async () => new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800))],
  ] as const) {
    it(`${title}: nothing is doubled`, async () => {
      const worker = await startWorker();
      await moment();
      await worker.kill();
      await passMinute();
      expect(new Set(deals().map((deal) => deal.ORIGIN_ID))).to.have.property('size', deals().length);
    });
  }

  it('another notices within ten seconds, goes on, and the run ends with the right counts', async () => {
    world.portal.faults.clear();
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 1000 } });
    const victim = await startWorker();
    // The victim has the tenant's job when the other starts.
    await eventually(async () => {
      const locked = await world.sql(
        `select 1 from graphile_worker.jobs where locked_at > now() - interval '1 second' and task_identifier like 'reconcile%'`,
      );
      return locked.length > 0;
    });
    survivor = await startWorker();
    expect((await progress()).done).to.be.below(count);
    await victim.kill();
    await passMinute();
    const before = (await progress()).done;
    await eventually(async () => expect((await progress()).done).to.be.above(before));
    world.portal.faults.clear();
    const run = await eventually(
      async () => {
        await passMinute();
        const now = await progress();
        return now.state === 'finished' && now;
      },
      { timeoutMs: 40_000, everyMs: 300 },
    );
    expect(run).to.include({ total: count, done: count, created: count, failed: 0, state: 'finished' });
    expect(deals()).to.have.length(count);
    expect(new Set(deals().map((deal) => deal.ORIGIN_ID))).to.have.property('size', count);
    const [mapped] = await world.sql(`select count(*)::int as n from bitrix24_sync_mappings where state = 'linked'`);
    expect(mapped).to.deep.equal({ n: count });
    expect(await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });

  it('and a worker that is asked to stop ends in order', async () => {
    expect(await survivor?.stop()).to.equal(0);
    survivor = undefined;
  });

  async function anyMarked(): Promise<boolean> {
    return (await world.sql('select 1 from sync_queue where create_sent_at is not null')).length > 0;
  }
});
