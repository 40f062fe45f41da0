import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** The former service wrote every moment with one fixed offset: ten in Moscow became six, and other zones could not be read at all. */
for (const [zone, offsetMinutes] of [
  ['Kamchatka', 720],
  ['New York', -300],
  ['a zone of quarter hours', 345],
] as const) {
  describe(`a portal in ${zone}`, () => {
    let world: World;
    let tenant: Tenant;

    before(async () => {
      world = await startWorld({ portal: { switches: { offsetMinutes } } });
      tenant = await world.addTenant();
      await world.connectWithEvents(tenant);
      const contract = { number: '7', start_date: '2026-03-29', end_date: '2026-12-31' };
      await world.call(tenant.token, 'POST', '/api/contracts', contract);
      await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз', contract_id: 1 });
      await world.settled();
    });
    after(() => world.stop());

    it('has the days of the contract, not the days beside them', async () => {
      const [mapping] = await world.sql<{ id: number }>(
        `select id from bitrix24_sync_mappings where local_type = 'object'`,
      );
      const { body } = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/mappings/${mapping?.id}`);
      const fields = body.data.fields as { key: string; crm: { value: string }; bitrix24: { value: string } }[];
      for (const [key, day] of [
        ['begin_date', '2026-03-29'],
        ['close_date', '2026-12-31'],
      ]) {
        const field = fields.find((one) => one.key === key);
        expect([field?.crm.value, field?.bitrix24.value]).to.deep.equal([day, day]);
      }
      world.portal.journal.clear();
      await world.sql('update contracts set updated_at = now()');
      await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
      expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    });

    it('keeps its moments: when both sides changed a field, the later one wins', async () => {
      const { ID: id } = await world.remoteOf(tenant, 'object', 1);
      for (const [aheadMs, winner] of [
        [-60_000, 'Имя в CRM'],
        [60_000, 'Имя в портале (договор 7)'],
      ] as const) {
        await world.stopApp();
        await world.sql(`update objects set name = 'Имя в CRM'`);
        world.portal.clock.aheadMs = aheadMs;
        world.portal.records('deal').update(Number(id), { TITLE: 'Имя в портале (договор 7)' });
        world.portal.clock.aheadMs = 0;
        await world.startApp();
        await world.settled();
        expect(world.portal.records('deal').get(Number(id)).TITLE).to.include(winner);
      }
    });
  });
}
