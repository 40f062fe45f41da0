import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('an offline queue that the portal refuses', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    world.portal.setPlan({ offlineExtended: true });
    await installingIn(world).install(tenant);
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const refuse = (method: RegExp, error: string, when?: (params: Record<string, unknown>) => boolean) =>
    world.portal.faults.add({
      method,
      ...(when && { when }),
      action: { kind: 'refuse', status: 403, error, description: 'Refused' },
    });
  const states = async () => {
    const [row] = await world.sql(
      `select i.offline, i.state, c.state as connection, c.paused_until as paused
         from bitrix24_installations i join bitrix24_connections c using (tenant_id)`,
    );
    return row;
  };
  const works = { state: 'active', connection: 'active', paused: null };
  const openFaults = () => world.sql(`select subject from sync_faults where ended_at is null`);
  const bindAgain = async () => {
    world.portal.faults.clear();
    await world.runJob('bind', tenant);
    expect(await states()).to.include({ offline: 'extended' });
  };

  it('with reservations is emptied without them, when the plan no longer has those', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Камаз');
    await installingIn(world).quiet();
    await world.runJob('offline', tenant);
    world.portal.events.faults.lossRate = 1;
    world.portal.records('deal').update(dealId, { TITLE: 'Камаз из очереди' });
    await world.portal.events.settled();
    world.portal.events.faults.lossRate = 0;
    refuse(/^event\.offline\.get$/, 'WRONG_LICENSE', (params) => String(params.clear) === '0');
    await world.runJob('offline', tenant);
    expect(await states()).to.deep.equal({ ...works, offline: 'plain' });
    expect(await openFaults()).to.deep.equal([]);
    await eventually(async () => {
      const [object] = await world.sql('select name from objects where id = $1', [id]);
      expect(object).to.deep.equal({ name: 'Камаз из очереди' });
    });
    expect(world.portal.apps.list()[0]?.record.offline).to.deep.equal([]);
    await bindAgain();
  });

  for (const error of ['ACCESS_DENIED', 'ERROR_METHOD_NOT_FOUND', 'WRONG_LICENSE']) {
    it(`is given up when every method of it answers ${error}; the connection works on`, async () => {
      refuse(/^event\.offline\./, error);
      await world.runJob('offline', tenant);
      expect(await states()).to.deep.equal({ ...works, offline: 'none' });
      expect(await openFaults()).to.deep.equal([]);
      const { id } = await objectWithDeal(world, tenant, `После ${error}`);
      expect(id).to.be.greaterThan(0);
      await bindAgain();
    });
  }

  it('and one that cannot be reached has a fault of its own, and keeps its mode', async () => {
    world.portal.faults.add({ method: 'event.offline.list', action: { kind: 'dropBefore' } });
    await world.runJob('offline', tenant);
    expect(await states()).to.deep.equal({ ...works, offline: 'extended' });
    expect(await openFaults()).to.deep.equal([{ subject: 'offline' }]);
  });
});
