import { expect } from 'chai';
import { signatureOf } from '../../app/alerts/webhook.ts';
import { type Alerting, alertsAddress, boss, causeIn, startAlerting } from '../support/alerting.ts';
import type { Received } from '../support/receiver.ts';
import { expectRefusal } from '../support/refusal.ts';

const words: Record<string, { begin: string; recovery: string }> = {
  fault_open: { begin: 'часть синхронизации стоит', recovery: 'синхронизация снова идёт' },
  errors_rise: { begin: 'ошибок стало много', recovery: 'новых ошибок снова мало' },
  lag: { begin: 'синхронизация отстаёт', recovery: 'синхронизация больше не отстаёт' },
  deletions_held: { begin: 'удаления ждут решения', recovery: 'удаления больше не ждут решения' },
  ending_soon: { begin: 'доступ к порталу скоро закончится', recovery: 'доступ к порталу продлён' },
  old_conflict: { begin: 'конфликт давно ждёт решения', recovery: 'старых конфликтов больше нет' },
};

describe('alerts', () => {
  let my: Alerting;
  let secret: string;

  before(async () => {
    my = await startAlerting();
    const saved = await my.save({ channels: my.channels });
    expect(saved.status, JSON.stringify(saved.body)).to.equal(200);
    secret = saved.body.data.webhook_secret;
  });
  after(() => my.stop());
  beforeEach(() => my.forget());

  const call = (method: string, path = '', body?: unknown, headers = {}) =>
    my.world.call(my.tenant.token, method, `${alertsAddress}${path}`, body, headers);
  const subjects = () => my.mail.to(boss.email).map(({ subject }) => subject);

  for (const [cause, { begin, recovery }] of Object.entries(words)) {
    it(`tells once that "${cause}" began and once that it is over, through each channel`, async () => {
      const story = causeIn(my.world, my.tenant)[cause as keyof ReturnType<typeof causeIn>];
      await story.begin();
      await my.look();
      await my.look();
      expect(subjects()).to.deep.equal([`Axenta, ООО Ромашка: ${begin}`]);
      expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
      const [posted] = my.posted();
      expect(posted).to.include({ event: 'alert.begin', cause, link: `https://axenta.example/#/${viewOf(cause)}` });
      expect(posted.alerts[0].since).to.match(/^20.*Z$/);
      expect(posted.alerts[0].advice).to.not.equal('');
      const [letter] = my.mail.to(boss.email);
      expect(letter?.text)
        .to.include(posted.alerts[0].what)
        .and.include(posted.alerts[0].advice)
        .and.include(posted.link);
      expect((await call('GET')).body.data.open).to.have.length(1);

      my.forget();
      await story.end();
      await my.look();
      await my.look();
      expect(subjects()).to.deep.equal([`Axenta, ООО Ромашка: ${recovery}`]);
      expect(my.posted().map(({ event }) => event)).to.deep.equal(['alert.recovery']);
      expect(my.world.portal.notices.of(boss.userId)).to.have.length(1);
      expect((await call('GET')).body.data.open).to.deep.equal([]);
      await my.passQuiet();
    });
  }

  it('a pause is no delay: nothing is told while everything rests', async () => {
    const { lag } = causeIn(my.world, my.tenant);
    const pauses = (what: string) => my.world.call(my.tenant.token, 'POST', `/api/integration/bitrix24/${what}`);
    expect((await pauses('pause')).status).to.equal(200);
    await lag.begin();
    await my.look();
    expect(subjects()).to.deep.equal([]);
    await pauses('resume');
    await my.look();
    expect(subjects()).to.have.length(1);
    await lag.end();
    await my.look();
    await my.passQuiet();
  });

  it('signs what is posted: the receiver can prove who sent it, and when', async () => {
    await causeIn(my.world, my.tenant).old_conflict.begin();
    await my.look();
    const [{ headers, text } = nothing] = my.receiver.received;
    const timestamp = String(headers['x-axenta-timestamp']);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).to.be.below(60);
    expect(headers['x-axenta-signature']).to.equal(signatureOf(secret, timestamp, text));
    expect(headers['x-axenta-event']).to.equal('alert.begin');
    expect(headers['x-axenta-delivery']).to.equal(JSON.parse(text).id);
    await causeIn(my.world, my.tenant).old_conflict.end();
    await my.look();
    await my.passQuiet();
  });

  it('does not flood when a cause comes and goes, and tells in the end how it is', async () => {
    const { begin, end } = causeIn(my.world, my.tenant).fault_open;
    for (const step of [begin, end, begin, end, begin, end, begin]) {
      await step();
      await my.look();
    }
    expect(my.posted().map(({ event }) => event)).to.deep.equal(['alert.begin', 'alert.recovery']);
    my.forget();
    await my.passQuiet();
    await my.look();
    expect(my.posted().map(({ event }) => event)).to.deep.equal(['alert.begin']);
    await end();
    await my.passQuiet();
    await my.look();
    expect(my.posted().map(({ event }) => event)).to.deep.equal(['alert.begin', 'alert.recovery']);
    await my.passQuiet();
  });

  it('tells neither beginning nor end of what came and went between two messages', async () => {
    const { begin, end } = causeIn(my.world, my.tenant).errors_rise;
    await begin();
    await my.look();
    await end();
    await my.look();
    my.forget();
    await begin();
    await my.look();
    await end();
    await my.look();
    await my.passQuiet();
    await my.look();
    expect(my.posted()).to.deep.equal([]);
  });

  it('tells nothing of an end that did not last', async () => {
    const { begin, end } = causeIn(my.world, my.tenant).fault_open;
    for (const step of [begin, end]) {
      await step();
      await my.look();
    }
    await my.world.sql(`update alerts set told_at = told_at - interval '1 day'`);
    await begin();
    await my.look();
    my.forget();
    for (const step of [end, begin, my.passQuiet]) {
      await step();
      await my.look();
    }
    expect(my.posted()).to.deep.equal([]);
    await end();
    await my.look();
    expect(my.posted().map(({ event }) => event)).to.deep.equal(['alert.recovery']);
    await my.passQuiet();
  });

  it('tells nothing of a cause that is switched off, and nothing of its end', async () => {
    const { begin, end } = causeIn(my.world, my.tenant).deletions_held;
    await begin();
    await my.look();
    my.forget();
    await my.save({ channels: my.channels, causes: { deletions_held: { on: false } } });
    await my.look();
    await end();
    await my.look();
    expect(my.posted()).to.deep.equal([]);
    await my.save({ channels: my.channels });
    await my.passQuiet();
  });

  it('tells in English where the company wants that, and by the portal’s clock', async () => {
    await my.save({ channels: my.channels, language: 'en' });
    await my.world.sql('update bitrix24_connections set utc_offset_min = 330');
    const { begin, end } = causeIn(my.world, my.tenant).old_conflict;
    await begin();
    await my.look();
    const [letter] = my.mail.to(boss.email);
    expect(letter?.subject).to.equal('Axenta, ООО Ромашка: a conflict has waited long for a decision');
    const since = new Date(my.posted()[0].alerts[0].since).getTime();
    const time = new Date(since + 330 * 60_000).toISOString().slice(11, 16);
    expect(letter?.text)
      .to.include('Conflicts have waited for more than 24 h: 1')
      .and.match(new RegExp(`Since \\d\\d\\.\\d\\d\\.20\\d\\d ${time} \\(UTC\\+5:30\\)`));
    await end();
    await my.look();
    await my.save({ channels: my.channels });
    await my.passQuiet();
  });

  it('sums up once a day what is open, at the hour of the portal’s clock, and is silent when nothing is', async () => {
    await my.save({ channels: my.channels, digest_hour: 9 });
    const yesterday = () => my.world.sql(`update alert_settings set digest_at = now() - interval '25 hours'`);
    await yesterday();
    await my.look();
    expect(my.posted()).to.deep.equal([]);
    const story = causeIn(my.world, my.tenant);
    await story.deletions_held.begin();
    await story.old_conflict.begin();
    await my.look();
    my.forget();
    await yesterday();
    await my.look();
    await my.look();
    expect(subjects()).to.deep.equal(['Axenta, ООО Ромашка: требует внимания: 2']);
    const [digest] = my.posted();
    expect(digest.event).to.equal('alert.digest');
    expect(digest.alerts.map(({ cause }: { cause: string }) => cause)).to.have.members([
      'deletions_held',
      'old_conflict',
    ]);
    await story.deletions_held.end();
    await story.old_conflict.end();
    await my.look();
    await my.save({ channels: my.channels });
    await my.passQuiet();
  });

  it('shows the secret of the signature once, and makes a new one when it is asked for', async () => {
    expect(secret).to.match(/^[\w-]{43}$/);
    const again = await my.save({ channels: my.channels });
    expect(again.body.data).to.not.have.property('webhook_secret');
    expect(again.body.data).to.include({ webhook_secret_set: true, mail_available: true });
    expect(JSON.stringify((await call('GET')).body)).to.not.include(secret);
    const renewed = await my.save({ channels: my.channels, new_webhook_secret: true });
    expect(renewed.body.data.webhook_secret)
      .to.match(/^[\w-]{43}$/)
      .and.not.equal(secret);
    const [row] = await my.world.sql<{ stored: string }>('select webhook_secret as stored from alert_settings');
    expect(row?.stored).to.match(/^v1\.test\./);
  });

  const wrong: [title: string, body: object, path: string][] = [
    ['a channel that is on without a recipient', { channels: { email: { on: true } } }, 'channels.email.addresses'],
    [
      'an address that is none',
      { channels: { email: { on: true, addresses: ['boss'] } } },
      'channels.email.addresses.0',
    ],
    ['a webhook without TLS', { channels: { webhook: { on: true, url: 'http://a.example' } } }, 'channels.webhook.url'],
    ['an hour that no day has', { digest_hour: 24 }, 'digest_hour'],
    ['a cause that does not exist', { causes: { weather: { on: true } } }, 'causes.weather'],
  ];
  for (const [title, body, path] of wrong) {
    it(`refuses ${title}, and changes nothing`, async () => {
      const [before] = await my.world.sql('select settings from alert_settings');
      const answer = await my.save(body);
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details[0].path).to.equal(path);
      expect((await my.world.sql('select settings from alert_settings'))[0]).to.deep.equal(before);
    });
  }

  it('a save over the alerts of somebody else is refused, and changes nothing', async () => {
    const { version } = (await call('GET')).body.data;
    await my.save({ channels: my.channels, quiet_minutes: 30 });
    const refused = await my.save({ quiet_minutes: 60, version });
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'alerts_changed']);
    const stored = (await call('GET')).body.data;
    expect(stored.quiet_minutes).to.equal(30);
    const { channels } = my;
    expect((await my.save({ channels, quiet_minutes: 60, version: stored.version })).status).to.equal(200);
  });

  it('of administrators who set the first alerts at the same moment one does, the others are refused', async () => {
    const other = await my.world.addTenant('ООО Клевер');
    const minutes = [31, 32, 33, 34, 35, 36];
    const answers = await Promise.all(minutes.map((quiet_minutes) => my.save({ quiet_minutes, version: null }, other)));
    const codes = answers.map(({ status }) => status).sort();
    expect(codes).to.deep.equal([200, 409, 409, 409, 409, 409]);
    const saved = minutes[answers.findIndex(({ status }) => status === 200)];
    const [stored] = await my.world.sql<{ minutes: number }>(
      `select (settings ->> 'quiet_minutes')::int as minutes from alert_settings where tenant_id = $1`,
      [other.id],
    );
    expect(stored?.minutes).to.equal(saved);
  });

  it('a company that has set nothing is told nothing', async () => {
    const other = await my.world.addTenant('ООО Василёк');
    const answer = await my.world.call(other.token, 'GET', alertsAddress);
    expect(answer.body.data).to.include({ on: false, webhook_secret_set: false });
    await my.world.runJob('alerts', other);
    expect(await my.world.sql('select 1 from alerts where tenant_id = $1', [other.id])).to.deep.equal([]);
  });
});

const nothing: Pick<Received, 'headers' | 'text'> = { headers: {}, text: '' };

const viewOf = (cause: string) =>
  ({ errors_rise: 'errors', ending_soon: 'settings', old_conflict: 'conflicts' })[cause] ?? 'overview';
