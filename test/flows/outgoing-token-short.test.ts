import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a short token of the outgoing webhook', () => {
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('is refused when it is new, and goes on working when it was stored before', async () => {
    const tenant = await world.addTenant();
    await world.connect(tenant);
    const short = 'short-one';
    const setup = (token: string) =>
      world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', { outgoing_token: token });
    expectRefusal(await setup('fifteen-letters'), 400, 'invalid_request');
    expectRefusal(await setup(short), 400, 'invalid_request');
    expect((await setup('sixteen-letters!')).status).to.equal(200);

    const digest = createHash('sha256').update(short).digest('hex');
    await world.sql('update bitrix24_connections set outgoing_token_digest = $1 where tenant_id = $2', [
      digest,
      tenant.id,
    ]);
    world.portal.addOutgoingWebhook({ url: `http://127.0.0.1:${world.port}/bitrix24/events`, token: short });
    world.portal.records('deal').create({ TITLE: 'Новая' });
    await eventually(async () => {
      const { body } = await world.call(null, 'GET', '/metrics');
      expect(body)
        .to.match(/bitrix24_events_total\{result="(stored|ignored)"\} 1/)
        .and.not.include('result="refused"');
    });
  });
});
