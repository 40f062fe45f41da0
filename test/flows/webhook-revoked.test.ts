import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a webhook that is revoked', () => {
  let world: World;
  let tenant: Tenant;
  const path = '/api/integration/bitrix24';

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    const webhook = world.portal.addWebhook();
    tenant.webhookUrl = webhook.url;
    await world.connect(tenant);
    webhook.revoke();
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 700) n`, [
      tenant.id,
    ]);
  });
  after(() => world.stop());

  it('stops the tenant with one clear error, not seven hundred', async () => {
    await eventually(async () => {
      const [connection] = await world.sql('select state from bitrix24_connections');
      expect(connection).to.deep.equal({ state: 'suspended' });
    });
    const errors = await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed');
    expect(errors.body.data.total).to.equal(1);
    const [error] = errors.body.data.items;
    expect(error).to.include({ operation: 'connect', kind: 'auth', code: 'INVALID_CREDENTIALS' });
    expect(error.message).to.include('Создайте новый входящий вебхук');
  });

  it('asks no more of the portal, and says so to whoever starts a run', async () => {
    world.portal.journal.clear();
    const run = await world.call(tenant.token, 'POST', `${path}/sync/to`, { all: true });
    expect(run.status).to.equal(409);
    expect(run.body.code).to.equal('connection_suspended');
    await world.sql(`update objects set name = name || '!' where id <= 3`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(world.portal.journal.calls()).to.deep.equal([]);
  });

  it('goes on with everything after a new webhook is stored', async () => {
    tenant.webhookUrl = world.portal.addWebhook().url;
    await world.connect(tenant);
    await world.settled(30_000);
    expect(world.portal.records('deal').list()).to.have.length(700);
    const stats = await world.call(tenant.token, 'GET', '/api/integration/errors/stats');
    expect(stats.body.data).to.include({ failed_errors: 0, pending_errors: 0, resolved_errors: 1 });
  });

  it('is forgotten with webhook_url null: nothing is queued any more', async () => {
    const answer = await world.call(tenant.token, 'POST', `${path}/setup`, { webhook_url: null });
    expect(answer.body.data).to.include({ connected: false });
    await world.sql(`update objects set name = 'x'`);
    expect(await world.sql('select * from sync_queue')).to.deep.equal([]);
    const run = await world.call(tenant.token, 'POST', `${path}/sync/to`, { all: true });
    expect(run.status).to.equal(400);
    expect(run.body.error).to.equal('Компания не настроена для интеграции с Битрикс24');
  });
});
