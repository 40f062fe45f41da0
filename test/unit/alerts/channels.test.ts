import { expect } from 'chai';
import { makeSend } from '../../../app/alerts/channels.ts';
import type { Message } from '../../../app/alerts/messages.ts';
import { makeSsrfAgent } from '../../../app/bitrix24/ssrf-agent.ts';
import { systemClock } from '../../../app/lib/clock.ts';
import { AppError } from '../../../app/lib/errors.ts';
import { makeSecrets } from '../../../app/lib/secrets.ts';
import type { Database } from '../../../app/models/database.ts';
import { MockBitrix24Client } from '../../support/mock-bitrix24-client.ts';

const message: Message = {
  ...{ event: 'begin', cause: 'lag', subject: 'Тема', text: 'Текст', link: 'https://axenta.example/#/overview' },
  ...{ at: '2026-11-26T12:00:00.000Z', company: { id: 7, name: 'ООО Ромашка' }, alerts: [] },
};

function begin() {
  const client = new MockBitrix24Client();
  const counted: string[] = [];
  const send = makeSend({
    // Notices and letters read nothing.
    db: null as unknown as Database,
    secrets: makeSecrets([{ id: 'test', key: Buffer.alloc(32, 1) }]),
    clientFor: async () => client,
    mailer: null,
    agent: makeSsrfAgent({ allowPrivateHosts: false }),
    clock: systemClock,
    count: (channel, result) => counted.push(`${channel} ${result}`),
  });
  const to = (channel: 'bitrix24' | 'email', recipient: string) =>
    send(7, { channel, recipient, key: 'k-1', message, language: 'ru' });
  return { client, counted, to };
}

describe('a channel of alerts', () => {
  it('is the bell of a person in the portal: subject, text and link in one notice', async () => {
    const { client, counted, to } = begin();
    expect(await to('bitrix24', '5')).to.include({ ok: true });
    expect(client.callsOf('notify').map(({ args }) => args[0])).to.deep.equal([
      { userId: 5, text: '[B]Тема[/B]\nТекст\nhttps://axenta.example/#/overview', tag: 'axenta-k-1' },
    ]);
    expect(counted).to.deep.equal(['bitrix24 sent']);
  });

  for (const [code, kind, retryable, shown, isFinal] of [
    ['insufficient_scope', 'auth', false, 'im_right_missing', true],
    ['WRONG_AUTH_TYPE', 'auth', false, 'notice_needs_application', true],
    ['INVALID_CREDENTIALS', 'auth', false, 'INVALID_CREDENTIALS', true],
    ['portal_unreachable', 'network', true, 'portal_unreachable', false],
  ] as const) {
    it(`${isFinal ? 'gives up' : 'tries again'} when the portal answers ${code}, and says why`, async () => {
      const { client, counted, to } = begin();
      client.setShouldFail(true, 'Test error', { code, kind, retryable });
      const outcome = await to('bitrix24', '5');
      expect(outcome).to.include({ ok: false, code: shown, isFinal });
      expect(outcome.answer.ru).to.match(/[а-яё]/);
      expect(outcome.answer.en).to.not.match(/[а-яё]/i);
      expect(counted).to.deep.equal(['bitrix24 failed']);
    });
  }

  it('without a mail server says who sets one, and is not tried again', async () => {
    const outcome = await begin().to('email', 'boss@company.example');
    expect(outcome).to.include({ ok: false, code: 'mail_server_missing', isFinal: true });
    expect(outcome.answer.ru).to.include('SMTP_URL');
  });

  it('hands on a failure of ours: the message stays taken, and is sent later', async () => {
    const { client, to } = begin();
    const away = new AppError({ code: 'database_unavailable', status: 503, text: { ru: 'База', en: 'Database' } });
    client.notify = async () => {
      throw away;
    };
    expect(await to('bitrix24', '5').catch((error: unknown) => error)).to.equal(away);
  });
});
