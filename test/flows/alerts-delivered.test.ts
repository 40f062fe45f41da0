import { expect } from 'chai';
import { claimDeliveries } from '../../app/alerts/deliveries.ts';
import { tellCompany } from '../../app/alerts/tell.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { type Alerting, alertsAddress, boss, causeIn, startAlerting } from '../support/alerting.ts';
import { eventually } from '../support/eventually.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const address = '/api/integration/bitrix24';

describe('messages of alerts', () => {
  let my: Alerting;
  let db: Database;

  before(async () => {
    my = await startAlerting();
    await my.save({ channels: my.channels });
    db = connectDatabase(my.world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 8);
  });
  after(async () => {
    await db.close();
    await my.stop();
  });
  beforeEach(() => my.forget());
  afterEach(async () => {
    Object.assign(my.receiver.behaviour, { status: 200, delayMs: 0 });
    Object.assign(my.mail.behaviour, { unknown: [], fails: false });
    await my.world.sql('delete from alert_deliveries');
    await my.world.sql('delete from alerts');
  });

  const health = () => my.world.call(my.tenant.token, 'GET', `${address}/health`);
  const trial = async () => (await my.world.call(my.tenant.token, 'POST', `${alertsAddress}/test`)).body.data.results;
  const makeDue = () =>
    my.world.sql(`update alert_deliveries set due_at = now(), claimed_until = null where state = 'waiting'`);
  const story = () => causeIn(my.world, my.tenant).old_conflict;

  it('a trial answers what each channel said', async () => {
    const results = await trial();
    expect(results).to.deep.equal([
      { channel: 'bitrix24', recipient: '1', ok: true, answer: 'Портал показал уведомление' },
      { channel: 'email', recipient: boss.email, ok: true, answer: 'Почтовый сервер принял письмо' },
      { channel: 'webhook', recipient: my.channels.webhook.url, ok: true, answer: 'Получатель ответил 200' },
    ]);
    const [letter] = my.mail.to(boss.email);
    expect(letter).to.include({ from: my.mail.from, wasProtected: true });
    expect(letter?.subject).to.equal('Axenta, ООО Ромашка: проверка оповещений');
    const log = await my.deliveries();
    expect(log.map(({ state, event }: { state: string; event: string }) => `${event} ${state}`)).to.deep.equal(
      Array(3).fill('test sent'),
    );
  });

  it('a permission that is missing is told in words, and costs nothing else', async () => {
    const { webhookUrl } = my.tenant;
    await my.world.connect({ ...my.tenant, webhookUrl: my.world.portal.addWebhook({ scopes: ['crm', 'user'] }).url });
    const [notice, letter, post] = await trial();
    expect(notice).to.include({ ok: false, code: 'im_right_missing' });
    expect(notice.answer).to.include('не дано право «Чат и уведомления» (im)').and.include('Добавьте его');
    expect([letter.ok, post.ok]).to.deep.equal([true, true]);
    const { status, body } = await health();
    expect([status, body.data.status]).to.deep.equal([200, 'healthy']);
    expect(await my.world.sql('select 1 from sync_faults where ended_at is null')).to.deep.equal([]);
    await my.world.connect({ ...my.tenant, webhookUrl });
  });

  it('a person who does not work in the portal, and a mailbox that does not exist, are given up at once', async () => {
    my.mail.behaviour.unknown = [boss.email];
    await my.save({ channels: { ...my.channels, bitrix24: { on: true, user_ids: [404] } } });
    await story().begin();
    await my.look();
    await story().end();
    const log = await my.deliveries('?state=failed');
    const codes = log.map(({ channel, code, attempts }: Record<string, unknown>) => `${channel} ${code} ${attempts}`);
    expect(codes).to.have.members(['bitrix24 notice_not_made 1', 'email address_refused 1']);
    expect(log.find(({ channel }: { channel: string }) => channel === 'email').answer).to.include('550');
    await my.save({ channels: my.channels });
  });

  it('a dead portal is told by the other channels, and its return by all', async () => {
    const webhook = my.world.portal.addWebhook({ scopes: ['crm', 'user', 'im'] });
    await my.world.connect({ ...my.tenant, webhookUrl: webhook.url });
    webhook.revoke();
    expect((await health()).status).to.equal(503);
    // A search that met the dead portal as well has a fault of its own, which is no news for a quarter of an hour.
    await my.world.sql(
      `update sync_faults set since = now() - interval '1 day' where ended_at is null and scope = 'connection'`,
    );
    await my.look();
    const [letter, ...more] = my.mail.to(boss.email);
    expect(more).to.deep.equal([]);
    expect(letter?.subject).to.equal('Axenta, ООО Ромашка: связь с порталом потеряна');
    expect(letter?.text).to.include(my.world.portal.host).and.include('https://axenta.example/#/settings');
    expect(my.posted().map(({ cause }) => cause)).to.deep.equal(['connection_lost']);
    const [failed] = await my.deliveries('?channel=bitrix24');
    expect(failed).to.include({ state: 'failed', code: 'INVALID_CREDENTIALS' });
    expect(failed.answer).to.include('Битрикс24 не принял вебхук');

    my.forget();
    await my.world.connect(my.tenant);
    await my.look();
    expect(my.mail.to(boss.email).map(({ subject }) => subject)).to.deep.equal([
      'Axenta, ООО Ромашка: связь с порталом восстановлена',
    ]);
    expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
  });

  it('a channel that fails is tried again with the same id, is shown, and holds up no synchronisation', async () => {
    my.receiver.behaviour.status = 500;
    my.mail.behaviour.fails = true;
    await story().begin();
    await my.look();
    const waiting = await my.deliveries('?state=waiting');
    expect(waiting).to.have.length(2);
    for (const one of waiting) {
      expect(one).to.include({ attempts: 1, sent_at: null });
      expect(new Date(one.next_attempt_at).getTime()).to.be.above(Date.now() + 10_000);
    }
    expect(waiting.map(({ code }: { code: string }) => code)).to.have.members(['http_500', 'mail_refused']);
    expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
    await my.world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз 5490')`, [my.tenant.id]);
    await my.world.settled();
    expect(my.world.portal.records('deal').list()).to.have.length(1);

    my.receiver.behaviour.status = 200;
    my.mail.behaviour.fails = false;
    await makeDue();
    await my.look();
    await story().end();
    expect(my.posted()).to.have.length(2);
    expect(new Set(my.posted().map(({ id }) => id))).to.have.property('size', 1);
    expect(my.mail.to(boss.email)).to.have.length(1);
    expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
    expect((await my.deliveries()).map(({ state }: { state: string }) => state)).to.deep.equal(Array(3).fill('sent'));
  });

  it('an address that takes no messages any more is given up, and so is one that fails for an hour', async () => {
    my.receiver.behaviour.status = 410;
    await story().begin();
    await my.look();
    expect((await my.deliveries('?state=failed')).map(({ code }: { code: string }) => code)).to.deep.equal([
      'http_410',
    ]);
    await my.world.sql(`update alert_deliveries set state = 'waiting', attempts = 7 where channel = 'webhook'`);
    my.receiver.behaviour.status = 503;
    await makeDue();
    await my.look();
    await story().end();
    const [given] = await my.deliveries('?state=failed');
    expect(given).to.include({ code: 'http_503', attempts: 8, next_attempt_at: null });
  });

  it('several processes that look at once tell once, and each message is taken by one', async () => {
    await story().begin();
    const look = () => tellCompany({ db, publicUrl: undefined }, my.tenant.id);
    await Promise.all(Array.from({ length: 6 }, look));
    await look();
    expect(await my.world.sql(`select 1 from alert_deliveries`)).to.have.length(3);
    const taken = await Promise.all(Array.from({ length: 6 }, () => claimDeliveries(db, my.tenant.id, 2)));
    const ids = taken.flat().map(({ id }) => id);
    expect(ids).to.have.length(3);
    expect(new Set(ids)).to.have.property('size', 3);
    await story().end();
  });

  describe('of a worker that is killed', () => {
    let worker: WorkerProcess;

    afterEach(() => worker.kill().catch(() => undefined));

    it('are sent by another in the end, what was sent before is not sent again', async () => {
      await my.world.stopApp();
      worker = await startWorkerProcess(my.world);
      my.receiver.behaviour.delayMs = 60_000;
      await story().begin();
      void my.look().catch(() => undefined);
      await eventually(() => expect(my.receiver.received).to.have.length(1));
      await eventually(async () => {
        const sent = await my.world.sql(`select 1 from alert_deliveries where state = 'sent'`);
        expect(sent).to.have.length(2);
      });
      await worker.kill();
      my.receiver.behaviour.delayMs = 0;
      await my.world.startApp();
      // Two minutes pass: what the dead process had taken is due again.
      await my.world.sql('update alert_deliveries set claimed_until = now() where claimed_until is not null');
      await my.look();
      await story().end();
      expect(my.posted().map(({ id }) => id)).to.have.length(2);
      expect(new Set(my.posted().map(({ id }) => id))).to.have.property('size', 1);
      expect(my.mail.to(boss.email)).to.have.length(1);
      expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
    });
  });
});
