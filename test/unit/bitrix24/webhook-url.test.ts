import { expect } from 'chai';
import { parseWebhookUrl, webhookAt } from '../../../app/bitrix24/webhook-url.ts';
import { AppError } from '../../../app/lib/errors.ts';

const good = 'https://portal.bitrix24.ru/rest/1/abcd1234efgh5678/';

describe('parseWebhookUrl', () => {
  for (const text of [
    good,
    good.slice(0, -1),
    `  ${good}\n`,
    `${good}profile`,
    `${good}crm.deal.list.json`,
    `${good}profile/?a=1#b`,
    'HTTPS://PORTAL.bitrix24.ru/rest/1/abcd1234efgh5678/',
    'https://portal.bitrix24.ru:443//rest/1/abcd1234efgh5678',
  ]) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(parseWebhookUrl(text)).to.deep.equal({ url: good, host: 'portal.bitrix24.ru', userId: 1 });
    });
  }

  it('keeps the port of a self-hosted portal, and names in other letters', () => {
    expect(parseWebhookUrl('https://127.0.0.1:8443/rest/27/abcd1234/').host).to.equal('127.0.0.1:8443');
    expect(parseWebhookUrl('https://портал.рф/rest/27/abcd1234/').host).to.equal(new URL('https://портал.рф').host);
  });

  for (const [text, code] of [
    ['', 'webhook_url_invalid'],
    ['portal.bitrix24.ru/rest/1/abcd1234/', 'webhook_url_invalid'],
    ['http://portal.bitrix24.ru/rest/1/abcd1234/', 'webhook_url_not_https'],
    ['ftp://portal.bitrix24.ru/rest/1/abcd1234/', 'webhook_url_not_https'],
    ['https://user:secret@portal.bitrix24.ru/rest/1/abcd1234/', 'webhook_url_invalid'],
    ['https://portal.bitrix24.ru/', 'webhook_url_not_a_webhook'],
    ['https://portal.bitrix24.ru/crm/deal/', 'webhook_url_not_a_webhook'],
    ['https://portal.bitrix24.ru/rest/', 'webhook_url_no_user_id'],
    ['https://portal.bitrix24.ru/rest/abcd1234/', 'webhook_url_no_user_id'],
    ['https://portal.bitrix24.ru/rest/0/abcd1234/', 'webhook_url_no_user_id'],
    ['https://portal.bitrix24.ru/rest/1/', 'webhook_url_no_secret'],
    ['https://portal.bitrix24.ru/rest/1/ab/', 'webhook_url_no_secret'],
    ['https://portal.bitrix24.ru/rest/1/секрет/', 'webhook_url_no_secret'],
    ['https://portal.bitrix24.ru/rest/1/abcd1234/profile/more/', 'webhook_url_not_a_webhook'],
    ['https://portal.bitrix24.ru/rest/api/1/abcd1234/', 'webhook_url_no_user_id'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}: ${code}, without repeating it`, () => {
      const error = (() => {
        try {
          return parseWebhookUrl(text);
        } catch (reason) {
          return reason;
        }
      })();
      expect(error).to.be.instanceOf(AppError);
      expect(error).to.include({ code, status: 400 });
      const said = JSON.stringify((error as AppError).text);
      expect(said).to.match(/Ошибка проверки вебхука Битрикс24: .+Bitrix24 webhook check failed: /);
      expect(said).not.to.contain('abcd1234');
    });
  }
});

describe('webhookAt', () => {
  const cases: [string, string, string, boolean][] = [
    ['a portal of the cloud under another name', 'acme.bitrix24.ru', 'acme-new.bitrix24.ru', true],
    ['a portal of the cloud in another region', 'acme.bitrix24.com.br', 'beta.bitrix24.com.br', true],
    ['a portal of the cloud that left the cloud', 'acme.bitrix24.ru', 'evil.example', false],
    ['a name that only looks like the cloud', 'acme.bitrix24.ru', 'acme.bitrix24.ru.evil.example', false],
    ['the cloud of another country', 'acme.bitrix24.ru', 'acme.bitrix24.de', false],
    ['a self-hosted portal', 'crm.acme.example', 'crm.beta.example:8443', true],
    ['the same address', 'crm.acme.example', 'CRM.acme.example', false],
  ];
  for (const [name, from, to, isPossible] of cases) {
    it(`${isPossible ? 'follows' : 'does not follow'} ${name}`, () => {
      const moved = webhookAt(`https://${from}/rest/1/secret123/`, to);
      expect(moved).to.equal(isPossible ? `https://${to}/rest/1/secret123/` : null);
    });
  }
});
