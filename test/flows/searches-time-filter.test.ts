import { expect } from 'chai';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const integration = '/api/integration/bitrix24';

for (const timeFilters of ['honoured', 'dropped', 'shifted'] as const) {
  describe(`a portal whose filters by time are ${timeFilters}`, () => {
    let world: World;
    let tenant: Tenant;
    const isHonoured = timeFilters === 'honoured';

    before(async () => {
      world = await startWorld({ ...unlimited, portal: { switches: { rateLimited: false, timeFilters } } });
      tenant = await world.addTenant();
      await world.connect(tenant);
      await objectWithDeal(world, tenant, 'Камаз');
      await world.runJob('sweep', tenant);
      await world.settled();
    });
    after(() => world.stop());

    const lists = () =>
      world.portal.journal
        .calls({ method: 'crm.item.list' })
        .map(({ params }) => (params as { filter: Record<string, unknown> }).filter)
        .filter((filter) => '>id' in filter);

    it('is proved once', async () => {
      const [row] = await world.sql('select time_filter from bitrix24_connections');
      expect(row).to.deep.equal({ time_filter: isHonoured ? 'honoured' : 'ignored' });
      world.portal.journal.clear();
      await world.runJob('sweep', tenant);
      const proofs = world.portal.journal
        .calls({ method: 'crm.item.list' })
        .filter(({ params }) => JSON.stringify(params).includes('"=id"'));
      expect(proofs).to.deep.equal([]);
    });

    it('is told in health, and is no failure', async () => {
      const { status, body } = await world.call(tenant.token, 'GET', `${integration}/health`);
      expect(status).to.equal(200);
      const codes = body.data.notices.map(({ code }: { code: string }) => code);
      expect(codes).to.deep.equal(isHonoured ? [] : ['time_filter_ignored']);
      expect(await world.sql('select 1 from sync_faults')).to.deep.equal([]);
    });

    it('is asked for the whole list at most once an hour where it does not filter', async () => {
      world.portal.journal.clear();
      await world.runJob('sweep', tenant);
      expect(lists().some((filter) => '>=updatedTime' in filter)).to.equal(isHonoured);
      expect(lists().some((filter) => String(filter['>id']) === '0' && !('>=updatedTime' in filter))).to.equal(false);
      await world.sql(`update sync_watermarks set seen_until = seen_until - interval '2 hours'`);
      await world.sql(`update bitrix24_connections set created_at = created_at - interval '2 hours'`);
      world.portal.journal.clear();
      await world.runJob('sweep', tenant);
      const whole = lists().filter((filter) => String(filter['>id']) === '0' && !('>=updatedTime' in filter));
      expect(whole).to.have.length(isHonoured ? 0 : 3);
    });

    it('loses no change', async () => {
      const { id, dealId } = await objectWithDeal(world, tenant, 'Газель');
      world.portal.records('deal').update(dealId, { TITLE: 'Газель из портала' });
      await world.sql(`update sync_watermarks set seen_until = seen_until - interval '2 hours'`);
      await world.runJob('sweep', tenant);
      await world.settled();
      const [object] = await world.sql('select name from objects where id = $1', [id]);
      expect(object).to.deep.equal({ name: 'Газель из портала' });
    });

    it('is proved anew when the webhook is stored anew', async () => {
      // What was proved of another portal.
      await world.sql('update bitrix24_connections set time_filter = $1', [isHonoured ? 'ignored' : 'honoured']);
      await world.connect(tenant);
      await world.runJob('sweep', tenant);
      const [row] = await world.sql('select time_filter from bitrix24_connections');
      expect(row).to.deep.equal({ time_filter: isHonoured ? 'honoured' : 'ignored' });
    });
  });
}
