import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

/** Health is what monitors, pages and people look at: it is green only when all is well, and says what is not. */
describe('health and open faults', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ ...unlimited });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз 5490')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.sql('delete from sync_faults'));

  const health = (query = '?live=false', headers = {}) =>
    world.call(tenant.token, 'GET', `${address}/health${query}`, undefined, headers);
  const stats = async () => (await world.call(tenant.token, 'GET', `${address}/stats`)).body.data.sync;
  const metric = async (name: string) => {
    const { body } = await world.call(null, 'GET', '/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
  };

  async function openFault(scope: string, subject: string, nextTry = `now() + interval '5 minutes'`): Promise<number> {
    const response = {
      text: { ru: 'Нет права читать компании', en: 'No right to read companies' },
      advice: { ru: 'Дайте право', en: 'Give the right' },
    };
    const [row] = await world.sql<{ id: number }>(
      `insert into sync_faults (tenant_id, scope, subject, code, message, response, since, next_try_at)
       values ($1, $2, $3, 'ACCESS_DENIED', 'Нет права читать компании', $4, now() - interval '1 hour', ${nextTry}) returning id`,
      [tenant.id, scope, subject, JSON.stringify(response)],
    );
    return row?.id ?? 0;
  }

  /** A row about a record of the portal. */
  const queueRow = (id: number, columns: Record<string, string>) =>
    world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, ${Object.keys(columns).join(', ')})
       values ($1, 'object', 'bitrix24', $2, ${Object.values(columns).join(', ')})`,
      [tenant.id, id],
    );

  it('is healthy with 200 when nothing is wrong, asked live or not', async () => {
    for (const query of ['', '?live=false']) {
      const { status, body } = await health(query);
      expect(status).to.equal(200);
      expect(body.data).to.include({ service: 'bitrix24', healthy: true, status: 'healthy' });
      expect(body.data.faults).to.deep.equal([]);
      expect(body.data).to.not.have.any.keys('error', 'reason');
      expect(body.data.connection).to.include({ kind: 'webhook', token: null });
    }
  });

  for (const [scope, subject] of [
    ['kind', 'contract'],
    ['method', 'crm.duplicate.findbycomm'],
    ['search', 'sweep'],
  ] as const) {
    it(`is degraded with 200 while a ${scope} is at fault, although the portal answers`, async () => {
      await openFault(scope, subject);
      for (const query of ['', '?live=false']) {
        const { status, body } = await health(query);
        expect(status).to.equal(200);
        expect(body.data).to.include({ healthy: false, status: 'degraded' });
        expect(body.data).to.not.have.property('error');
        expect(body.data.faults).to.have.length(1);
        expect(body.data.faults[0]).to.include({ scope, subject, code: 'ACCESS_DENIED', attempts: 1 });
      }
      expect((await stats()).faults).to.equal(1);
      expect(await metric(`bitrix24_open_faults\\{scope="${scope}"\\}`)).to.equal(1);
    });
  }

  it('tells of a fault what it is, what to do, since when, when it is tried again and what waits, in both languages', async () => {
    const id = await openFault('kind', 'contract');
    const later = `now() + interval '1 hour'`;
    await queueRow(901, { due_at: later, waits_for: `'kind:contract'` });
    await queueRow(902, { due_at: later, waits_for: `'kind:contract'` });
    await queueRow(903, { due_at: later, waits_for: `'kind:user'` });
    // One of the two that wait has an error as well; another error has no row.
    for (const external of [902, 904]) {
      await world.sql(
        `insert into integration_errors (tenant_id, operation, local_type, external_id, kind, code, message, retryable, status, fault_id)
         values ($1, 'import', 'object', $2, 'validation', 'ACCESS_DENIED', 'Нет', false, 'failed', $3)`,
        [tenant.id, String(external), id],
      );
    }
    const { body } = await health();
    const [fault] = body.data.faults;
    expect(fault).to.include({ text: 'Нет права читать компании', advice: 'Дайте право' });
    expect(fault.waits).to.deep.equal({ text: 'Ждёт синхронизация договоров и компаний', count: 3 });
    expect(Date.parse(fault.since)).to.be.closeTo(Date.now() - 3_600_000, 60_000);
    expect(Date.parse(fault.next_try_at)).to.be.closeTo(Date.now() + 300_000, 60_000);
    const english = await health('?live=false', { 'accept-language': 'en' });
    expect(english.body.data.faults[0]).to.include({ text: 'No right to read companies', advice: 'Give the right' });
    expect(english.body.data.faults[0].waits.text).to.equal('The synchronisation of contracts and companies waits');
    await world.sql('delete from sync_queue where record_id > 900');
    await world.sql('delete from integration_errors');
  });

  it('is degraded while what is due has waited for more than two minutes, and says since when', async () => {
    // A limit is no fault: nothing is taken from the queue, and nothing is wrong with the connection.
    await world.sql(
      `update bitrix24_connections set paused_until = now() + interval '1 hour', pause_reason = 'limit_reached'`,
    );
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Ждёт')`, [tenant.id]);
    await world.sql(`update sync_queue set due_at = now() - interval '110 seconds'`);
    expect((await health()).body.data).to.include({ status: 'healthy' });
    await world.sql(`update sync_queue set due_at = now() - interval '121 seconds'`);
    const { status, body } = await health();
    expect(status).to.equal(200);
    expect(body.data).to.include({ status: 'degraded', healthy: false });
    expect(body.data.reason.code).to.equal('queue_is_late');
    expect(body.data.reason.text).to.match(/Очередь отстаёт/);
    expect(Date.parse(body.data.reason.since)).to.be.closeTo(Date.now() - 121_000, 10_000);
    await world.sql('update bitrix24_connections set paused_until = null, pause_reason = null');
    await world.settled();
    expect((await health()).body.data).to.include({ status: 'healthy' });
  });

  it('says up to which moment every change is applied: it waits for the oldest change and moves with the sweep', async () => {
    await world.sql('delete from sync_watermarks');
    expect((await health()).body.data.complete_until).to.equal(null);
    expect((await stats()).complete_until).to.equal(null);

    const before = Date.now();
    await world.runJob('sweep', tenant);
    const swept = Date.parse((await health()).body.data.complete_until);
    // The portal's clock counts whole seconds.
    expect(swept).to.be.within(before - 2000, Date.now());

    await world.sql(`update sync_watermarks set seen_until = now() - interval '1 hour' where entity = 'user'`);
    expect(Date.parse((await stats()).complete_until)).to.be.closeTo(Date.now() - 3_600_000, 60_000);
    expect(await metric('bitrix24_sync_lag_seconds')).to.be.closeTo(3600, 60);

    await queueRow(906, { due_at: `now() + interval '1 hour'`, queued_at: `now() - interval '2 hours'` });
    expect(Date.parse((await health()).body.data.complete_until)).to.be.closeTo(Date.now() - 7_200_000, 60_000);
    expect(await metric('bitrix24_sync_lag_seconds')).to.be.closeTo(7200, 60);
    await world.sql('delete from sync_queue where record_id = 906');
    await world.runJob('sweep', tenant);
    expect(Date.parse((await health()).body.data.complete_until)).to.be.at.least(swept);
    expect(await metric('bitrix24_sync_lag_seconds')).to.be.below(60);
  });

  it('is down with 503 while the portal is silent; the fault of the connection ends with the silence', async () => {
    world.portal.faults.isDown = true;
    await world.sql(`update objects set name = name || '!'`);
    await eventually(async () => {
      const { status, body } = await health();
      expect(status).to.equal(503);
      expect(body).to.include({ status: 'error', code: 'portal_unreachable' });
      expect(body.data).to.include({ healthy: false, status: 'down', code: 'portal_unreachable' });
      const [fault] = body.data.faults;
      expect(fault).to.include({ scope: 'connection', subject: '' });
      expect(fault.attempts).to.be.at.least(2);
      expect(fault.next_try_at).not.to.equal(null);
      expect(fault.waits.text).to.equal('Ждёт вся синхронизация с порталом');
      expect(fault.waits.count).to.be.at.least(1);
    });
    expect((await health('')).status).to.equal(503);
    const open = await world.sql('select 1 from sync_faults where ended_at is null');
    expect(open).to.have.length(1);
    world.portal.faults.isDown = false;
    await world.settled();
    await eventually(async () => expect((await health()).body.data).to.include({ status: 'healthy' }));
    expect(await world.sql('select 1 from sync_faults where ended_at is null')).to.deep.equal([]);
  });

  it('is down with 503 while the connection is suspended; a new webhook ends that, and frees what waited', async () => {
    const webhook = world.portal.addWebhook();
    await world.connect({ ...tenant, webhookUrl: webhook.url });
    webhook.revoke();
    await world.sql(`update objects set name = name || '?'`);
    await eventually(async () => expect((await health()).status).to.equal(503));
    const { body } = await health();
    expect(body.data).to.include({ status: 'down', code: 'connection_suspended' });
    const [fault] = body.data.faults;
    expect(fault).to.include({ scope: 'connection', code: 'INVALID_CREDENTIALS', next_try_at: null });
    expect(fault.text).to.match(/не принял вебхук/);
    expect(fault.advice).to.match(/Создайте новый входящий вебхук/);
    await openFault('kind', 'contract', 'null');
    const [{ id = 0 } = {}] = await world.sql<{ id: number }>(
      `select id from sync_faults where scope = 'connection' and ended_at is null`,
    );
    await world.sql(
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status, fault_id)
       select tenant_id, 'update', 'object', id, 'auth', 'X', 'Ждёт', false, 'failed', $1 from objects limit 1`,
      [id],
    );
    await world.connect({ ...tenant, webhookUrl: world.portal.addWebhook().url });
    await world.settled();
    // The person who connected anew may have given the right too: it is asked again.
    expect(await world.sql('select 1 from sync_faults where ended_at is null')).to.deep.equal([]);
    expect(await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
    expect((await health('')).body.data).to.include({ status: 'healthy' });
  });

  it('knows of no fault once nothing is connected, by whatever means it was disconnected', async () => {
    await openFault('kind', 'contract');
    await world.sql('update companies set bitrix24_webhook_url = null');
    const { status, body } = await health();
    expect(status).to.equal(503);
    expect(body.data).to.include({ status: 'down', code: 'not_configured', complete_until: null });
    expect(body.data.faults).to.deep.equal([]);
  });
});
