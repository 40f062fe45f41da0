import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** A method that one step of the work needs is refused, all others work. */
describe('one method that is refused', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld({ ...unlimited, timings: { backoffMs: 60_000 } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await failures.call('PUT', '/api/integration/bitrix24/settings', { on_local_delete: { object: 'close' } });
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const refuse = (method: string, error: string) =>
    world.portal.faults.add({ method, action: { kind: 'refuse', status: 400, error, description: 'Access denied' } });

  async function expectMethodFault(method: string, code: string, entity: string): Promise<void> {
    await failures.faultOpened('method', method);
    await eventually(async () => {
      const queued = await world.sql('select entity, waits_for, attempts from sync_queue');
      expect(queued).to.deep.equal([{ entity, waits_for: `method:${method}`, attempts: 0 }]);
    });
    expect(await failures.openFaults()).to.have.length(1);
    expect((await failures.openFaults())[0]).to.include({ code });
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'degraded' });
  }

  async function heal(): Promise<void> {
    world.portal.faults.clear();
    await world.skipWaits();
    await world.settled();
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'healthy' });
  }

  for (const code of ['ACCESS_DENIED', 'ERROR_METHOD_NOT_FOUND'])
    it(`crm.duplicate.findbycomm (${code}): a new user with an address waits, everything else goes on, and it heals`, async () => {
      refuse('crm.duplicate.findbycomm', code);
      await world.sql(
        `insert into users (tenant_id, name, email) values ($1, 'Анна ${code}', 'anna@${code.toLowerCase().replaceAll('_', '-')}.example')`,
        [tenant.id],
      );
      await world.sql(`insert into users (tenant_id, name) values ($1, 'Без адреса ${code}')`, [tenant.id]);
      await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, $2, 'Ромашка')`, [
        tenant.id,
        code,
      ]);
      await expectMethodFault('crm.duplicate.findbycomm', code, 'user');
      const names = () =>
        world.portal
          .records('contact')
          .list()
          .map(({ LAST_NAME }) => LAST_NAME);
      expect(names()).to.include(`адреса ${code}`);
      expect(names()).not.to.include(code);
      await heal();
      expect(names()).to.include(code);
    });

  it('crm.status.list, where deals of deleted objects are closed: that deletion waits, edits go on, and it heals', async () => {
    const gone = await objectWithDeal(world, tenant, 'Списан');
    const edited = await objectWithDeal(world, tenant, 'Правится');
    refuse('crm.status.list', 'ACCESS_DENIED');
    await world.sql('update objects set deleted_at = now() where id = $1', [gone.id]);
    await world.sql(`update objects set name = 'Поправлен' where id = $1`, [edited.id]);
    await expectMethodFault('crm.status.list', 'ACCESS_DENIED', 'object');
    expect(world.portal.records('deal').get(edited.dealId)).to.include({ TITLE: 'Поправлен' });
    expect(world.portal.records('deal').get(gone.dealId)).to.include({ STAGE_ID: 'NEW' });
    await heal();
    expect(world.portal.records('deal').get(gone.dealId)).to.include({ STAGE_ID: 'LOSE' });
  });
});
