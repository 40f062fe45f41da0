import { expect } from 'chai';
import { startWorld } from '../support/world.ts';

describe('a portal on the Enterprise plan', () => {
  it('is asked as often as its plan allows, from the set-up on', async () => {
    const world = await startWorld({ portal: { switches: { rateSize: 250, rateDrain: 5 } } });
    try {
      const limits = async (tenant: { token: string }) =>
        (await world.call(tenant.token, 'GET', '/api/integration/bitrix24/limits')).body.data.requests;
      const tenant = await world.addTenant();
      await world.connect(tenant);
      expect(await limits(tenant)).to.include({ size: 50, per_second: 2 });
      world.portal.setPlan({ license: 'ru_ent250' });
      await world.connect(tenant);
      expect(await limits(tenant)).to.include({ size: 250, per_second: 5 });
    } finally {
      await world.stop();
    }
  });
});
