import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';

describe('the token of an outgoing webhook', () => {
  let world: World;
  let tenant: Tenant;
  let token: string;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    token = (await world.connectWithEvents(tenant)).token;
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());

  const save = async (body: Record<string, unknown>) => {
    const answer = await world.call(tenant.token, 'POST', setup, body);
    expect(answer.status).to.equal(200);
    return answer.body.data;
  };
  const send = async (secret: string): Promise<number> => {
    const body = new URLSearchParams({
      event: 'ONCRMDEALUPDATE',
      'data[FIELDS][ID]': '1',
      'auth[application_token]': secret,
    });
    return (await fetch(`http://127.0.0.1:${world.port}/bitrix24/events`, { method: 'POST', body })).status;
  };

  it('that works stays when another one is entered with a typo', async () => {
    expect(await save({ outgoing_token: 'a-token-with-a-typo' })).to.include({
      outgoing_token_set: true,
      outgoing_token_waits: true,
    });
    world.portal.records('deal').update(1, { TITLE: 'Из портала' });
    await eventually(async () => (await world.sql('select name from objects'))[0]?.name === 'Из портала');
    expect(await send('neither of the two')).to.equal(403);
  });

  it('is replaced by the first event that brings the new one', async () => {
    await save({ outgoing_token: 'the-new-token-of-the-card' });
    expect(await send('a-token-with-a-typo')).to.equal(403);
    expect(await send('the-new-token-of-the-card')).to.equal(200);
    expect(await send(token)).to.equal(403);
    const { body } = await world.call(tenant.token, 'GET', setup);
    expect(body.data).to.include({ outgoing_token_set: true, outgoing_token_waits: false });
  });

  it('waits for nothing when the present one is entered again, and all are forgotten with null', async () => {
    await save({ outgoing_token: 'the-token-that-comes-never' });
    expect(await save({ outgoing_token: 'the-new-token-of-the-card' })).to.include({ outgoing_token_waits: false });
    await save({ outgoing_token: 'the-token-that-comes-never' });
    expect(await save({ outgoing_token: null })).to.include({
      outgoing_token_set: false,
      outgoing_token_waits: false,
    });
    for (const secret of ['the-new-token-of-the-card', 'the-token-that-comes-never']) {
      expect(await send(secret)).to.equal(403);
    }
  });
});
