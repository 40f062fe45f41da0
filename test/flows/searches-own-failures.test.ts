import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const denied = { kind: 'refuse', status: 400, error: 'ACCESS_DENIED', description: 'Access denied.' } as const;
const companies = (params: unknown) => Number((params as { entityTypeId?: unknown }).entityTypeId) === 4;

describe('a background search that fails', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    // The next try of a failed search is a minute away, as in production.
    world = await startWorld({ ...unlimited, timings: { backoffMs: 60_000 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());
  afterEach(async () => {
    world.portal.faults.clear();
    await world.sql('update sync_faults set ended_at = now() where ended_at is null');
  });

  const deals = () => world.portal.records('deal');
  const openFaults = () =>
    world.sql<{ subject: string; code: string; attempts: number; wait: number; message: string }>(
      `select subject, code, attempts, extract(epoch from next_try_at - now())::float as wait, message
         from sync_faults where ended_at is null order by subject`,
    );
  const connection = async () => (await world.sql('select state, paused_until from bitrix24_connections'))[0];
  const isWell = { state: 'active', paused_until: null };
  const watermark = async (entity: string) =>
    (await world.sql<{ at: Date }>('select seen_until as at from sync_watermarks where entity = $1', [entity]))[0]?.at;
  const listCalls = () => world.portal.journal.calls({ method: 'crm.item.list' });
  /** A sweep lists what lies behind an id, the engine reads by ids. */
  const sweptKinds = () =>
    [
      ...new Set(
        listCalls()
          .filter(({ params }) => JSON.stringify(params).includes('">id"'))
          .map(({ params }) => (params as { entityTypeId?: unknown }).entityTypeId),
      ),
    ].sort();

  it('has one fault of its own; the tenant is neither paused nor suspended, and synchronises', async () => {
    world.portal.faults.add({ method: 'crm.item.list', when: companies, action: denied });
    await world.runJob('sweep', tenant);
    const [fault, ...others] = await openFaults();
    expect(others).to.deep.equal([]);
    expect(fault).to.include({ subject: 'sweep:contract', code: 'ACCESS_DENIED', attempts: 1 });
    expect(fault?.message).to.match(/^Сверка изменений портала не удалась \(компании\): /);
    expect(fault?.wait).to.be.within(40, 75);
    expect(await connection()).to.deep.equal(isWell);
    const { id } = await objectWithDeal(world, tenant, 'Камаз');
    expect(id).to.be.greaterThan(0);
  });

  it('leaves the other kinds swept, and their watermarks moving', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Газель');
    await world.sql(`update sync_watermarks set seen_until = seen_until - interval '1 minute'`);
    const before = await watermark('object');
    const companiesBefore = await watermark('contract');
    world.portal.faults.add({ method: 'crm.item.list', when: companies, action: denied });
    deals().update(dealId, { TITLE: 'Газель из портала' });
    await world.runJob('sweep', tenant);
    await world.settled();
    const [object] = await world.sql('select name from objects where id = $1', [id]);
    expect(object).to.deep.equal({ name: 'Газель из портала' });
    expect(await watermark('object')).to.be.greaterThan(before as Date);
    expect(await watermark('contract')).to.deep.equal(companiesBefore);
  });

  it('is not asked again before its time, and waits longer after every failure', async () => {
    let refused = 0;
    const counted = (params: unknown) => companies(params) && ++refused > 0;
    world.portal.faults.add({ method: 'crm.item.list', when: counted, action: denied });
    await world.runJob('sweep', tenant);
    world.portal.journal.clear();
    await world.runJob('sweep', tenant);
    expect(refused).to.equal(1);
    expect(sweptKinds()).to.deep.equal(['2', '3']);
    // The minute passes: only the part that failed is tried.
    world.portal.journal.clear();
    await world.sql('update sync_faults set next_try_at = now() where ended_at is null');
    await world.runJob('search_retry', tenant);
    expect(refused).to.equal(2);
    expect(sweptKinds()).to.deep.equal([]);
    const [fault] = await openFaults();
    expect(fault).to.include({ subject: 'sweep:contract', attempts: 2 });
    expect(fault?.wait).to.be.within(85, 150);
  });

  it('is tried again by itself when its time has come, and its fault ends when it works', async () => {
    world.portal.faults.add({ method: 'crm.item.list', when: companies, action: denied });
    await world.runJob('sweep', tenant);
    world.portal.faults.clear();
    await world.sql('update sync_faults set next_try_at = now() where ended_at is null');
    await eventually(async () => expect(await openFaults()).to.deep.equal([]), { timeoutMs: 20_000 });
  });

  for (const task of ['deletion_sweep', 'duplicate_check'] as const) {
    it(`${task}: a portal that breaks the connection fails that search alone`, async () => {
      await objectWithDeal(world, tenant, `Для ${task}`);
      world.portal.faults.add({ method: 'batch', action: { kind: 'dropBefore' } });
      await world.runJob(task, tenant);
      const faults = await openFaults();
      expect(faults.map(({ subject }) => subject)).to.include(`${task}:object`);
      expect(faults.every(({ subject }) => subject.startsWith(task))).to.equal(true);
      expect(await connection()).to.deep.equal(isWell);
    });
  }

  it('that meets a limit is postponed for as long as the portal says, without a fault', async () => {
    world.portal.faults.add({
      method: 'crm.item.list',
      when: companies,
      action: { kind: 'refuse', status: 429, error: 'OPERATION_TIME_LIMIT', description: 'Method is blocked' },
    });
    const job = `select extract(epoch from run_at - now())::float as wait from graphile_worker.jobs where key = 'sweep:${tenant.id}'`;
    await world.runJob('sweep', tenant).catch(() => undefined);
    const [waiting] = await world.sql<{ wait: number }>(job);
    expect(waiting?.wait).to.be.greaterThan(10);
    expect(await openFaults()).to.deep.equal([]);
    expect(await connection()).to.deep.equal(isWell);
    await world.sql('update portal_limits set blocked_until = null');
    world.portal.faults.clear();
    await world.runJob('sweep', tenant);
  });

  it('suspends the connection when the portal does not know the webhook any more', async () => {
    world.portal.faults.add({
      action: { kind: 'refuse', status: 401, error: 'INVALID_CREDENTIALS', description: 'Invalid request credentials' },
    });
    await world.runJob('sweep', tenant);
    expect(await connection()).to.include({ state: 'suspended' });
    expect(await openFaults()).to.have.length(1);
    expect((await openFaults())[0]).to.include({ subject: '', code: 'INVALID_CREDENTIALS' });
  });
});
