import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';

describe('a portal in a private network, while these are not allowed', () => {
  let world: World;

  before(async () => {
    world = await startWorld({ config: { allowPrivateHosts: false } });
  });
  after(() => world.stop());

  it('is refused by every name that leads there, without a connection', async () => {
    const tenant = await world.addTenant();
    const untouched = await fingerprint(world);
    const port = new URL(world.portal.origin).port;
    const secret = new URL(tenant.webhookUrl).pathname;
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `2130706433:${port}`,
      '[::1]',
      '10.0.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '[::ffff:10.0.0.1]',
    ]) {
      const answer = await world.call(tenant.token, 'POST', setup, { webhook_url: `https://${host}${secret}` });
      expectRefusal(answer, 400, 'portal_host_not_allowed');
      expect(answer.body.error)
        .to.include('Ошибка проверки вебхука Битрикс24')
        .and.include('BITRIX24_ALLOW_PRIVATE_HOSTS');
    }
    expect(world.portal.journal.calls()).to.deep.equal([]);
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });
});
