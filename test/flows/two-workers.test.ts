import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const count = 40;

describe('two workers, three companies, one portal', () => {
  let world: World;
  let second: WorkerProcess;
  const tenants: Tenant[] = [];

  before(async () => {
    // The limits are the real ones; a slow portal's seconds are accounted, not waited for.
    world = await startWorld({ portal: { latency: 'slow' } });
    for (const name of ['ООО Ромашка', 'ООО Василёк', 'ООО Клевер']) {
      const tenant = await world.addTenant(name);
      tenants.push(tenant);
      await world.connectWithEvents(tenant);
    }
    second = await startWorkerProcess(world);
  });
  after(async () => {
    await second.kill();
    await world.stop();
  });

  const dealsOf = ({ id }: Tenant) =>
    world.portal
      .records('deal')
      .list()
      .filter((deal) => String(deal.ORIGIN_ID).includes(`:${id}:`));

  it('share the work: every record is written once, and no limit of the portal is broken', async () => {
    await world.sql(
      `insert into objects (tenant_id, name) select t, 'Объект ' || n from generate_series(1, $1) n, unnest($2::int[]) t`,
      [count, tenants.map((tenant) => tenant.id)],
    );
    await world.settled(50_000);
    for (const tenant of tenants) expect(dealsOf(tenant)).to.have.length(count);
    const writes = world.portal.journal.calls({ write: true });
    expect(writes.filter((call) => call.method !== 'crm.item.add')).to.deep.equal([]);
    expect(writes).to.have.length(3 * count);
    expect(world.portal.limits.counts).to.include({ rateRefusals: 0, timeRefusals: 0 });
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
  });

  it('share the edits too: one write per edit', async () => {
    world.portal.journal.clear();
    await world.sql(`update objects set description = 'Описание ' || id where id % 5 = 0`);
    await world.settled(50_000);
    const written = world.portal.journal.calls({ write: true }).map((call) => (call.params as { id: string }).id);
    expect(written).to.have.length((3 * count) / 5);
    expect(new Set(written)).to.have.property('size', written.length);
    expect(world.portal.limits.counts).to.include({ rateRefusals: 0, timeRefusals: 0 });
  });

  it('wait without charging a record when another application has used up the time of a method', async () => {
    const [tenant] = tenants as [Tenant];
    for (const credential of Object.keys(world.portal.limits.operating).map((name) => name.split(' ')[0] as string)) {
      world.portal.limits.addTime(credential, 'crm.item.update', 600);
    }
    await world.sql(`update objects set name = name || ' изменён' where tenant_id = $1 and id % 40 = 0`, [tenant.id]);
    await eventually(async () => {
      const faults = await world.sql(
        'select scope, subject, next_try_at > now() as waits from sync_faults where tenant_id = $1 and ended_at is null',
        [tenant.id],
      );
      expect(faults).to.deep.equal([{ scope: 'method', subject: 'crm.item.update', waits: true }]);
    });
    expect(await world.sql('select 1 from sync_queue where attempts > 0')).to.deep.equal([]);
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
    // Eleven minutes pass.
    world.portal.clock.aheadMs = 11 * 60_000;
    await world.skipWaits();
    await world.settled();
    const changed = dealsOf(tenant).filter((deal) => String(deal.TITLE).endsWith(' изменён'));
    expect(changed.length).to.be.above(0);
  });
});
