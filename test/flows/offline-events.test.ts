import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

for (const offlineExtended of [true, false]) {
  describe(`events while the app is down, on a plan ${offlineExtended ? 'with' : 'without'} reservations`, () => {
    let world: World;
    let tenant: Tenant;

    before(async () => {
      // Each start looks at the subscriptions: the portal's limit would only make the test wait.
      world = await startWorld({
        apps: true,
        portal: { switches: { rateLimited: false } },
        bucket: { size: 1000, drain: 1000 },
      });
      world.portal.setPlan({ offlineExtended });
      tenant = await world.addTenant();
      await installingIn(world).install(tenant);
      await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 120) n`, [
        tenant.id,
      ]);
      await world.settled();
    });
    after(() => world.stop());
    afterEach(() => world.portal.faults.clear());

    const queued = () => world.portal.apps.list()[0]?.record.offline.length ?? 0;
    const names = async () => (await world.sql('select name from objects order by id')).map(({ name }) => name);

    it('knows which queue the portal keeps', async () => {
      const [row] = await world.sql('select offline from bitrix24_installations');
      expect(row).to.deep.equal({ offline: offlineExtended ? 'extended' : 'plain' });
    });

    it('are fetched at the next start, and leave the portal’s queue', async () => {
      await world.stopApp();
      for (const deal of world.portal.records('deal').list()) {
        world.portal.records('deal').update(Number(deal.ID), { TITLE: `Из портала ${deal.ID}` });
      }
      await world.portal.events.settled();
      expect(queued()).to.be.at.least(120);
      await world.startApp();
      await eventually(async () => (await names()).every((name) => String(name).startsWith('Из портала')));
      await eventually(() => queued() === 0);
    });

    it('are not lost when the answer to fetching them is, or the app dies before they are stored', async () => {
      await world.stopApp();
      world.portal.records('deal').update(1, { TITLE: 'Снова из портала' });
      world.portal.records('deal').delete(2);
      await world.portal.events.settled();
      const method = offlineExtended ? 'event.offline.get' : 'event.offline.list';
      world.portal.faults.add({ method, times: 1, action: { kind: 'dropAfter' } });
      world.portal.journal.clear();
      await world.startApp();
      await eventually(() => world.portal.journal.calls({ method }).length > 0);
      await world.stopApp();
      await world.startApp();
      await eventually(async () => (await names())[0] === 'Снова из портала');
      await eventually(async () => {
        const [row] = await world.sql(
          `select state from bitrix24_sync_mappings where bitrix24_id = '2' and local_type = 'object'`,
        );
        return row?.state === 'orphaned';
      });
    });

    it('of what is outside of the scope change nothing, and those of what is inside do', async () => {
      const settings = { scope: { object: { bitrix24: { sources: ['WEB'] } } } };
      world.portal.records('deal').update(3, { SOURCE_ID: 'WEB' });
      world.portal.records('deal').update(4, { SOURCE_ID: 'CALL' });
      await world.settled();
      await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', settings);
      await world.settled();
      await world.stopApp();
      for (const id of [3, 4]) world.portal.records('deal').update(id, { TITLE: `Правило ${id}` });
      await world.portal.events.settled();
      await world.startApp();
      await eventually(async () => (await names()).includes('Правило 3'));
      await eventually(() => queued() === 0);
      await world.settled();
      expect(await names()).to.not.include('Правило 4');
    });
  });
}
