import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { makeCertificates } from '../portal/certificates.ts';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectLanguage, expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';

/** Each way to give a wrong webhook has its own code and its own sentence, and leaves what was there as it was. */
describe('a webhook that is refused', () => {
  let world: World;
  let strangePortal: SimulatedPortal;
  let shop: Server;
  let fresh: Tenant;
  let connected: Tenant;
  let untouched: Record<string, string>;

  before(async () => {
    const certificateFolder = mkdtempSync(path.join(os.tmpdir(), 'portals-'));
    world = await startWorld({ portal: { certificateFolder } });
    // An authority of its own, which the app does not trust.
    strangePortal = await startPortal();
    const { key, cert } = await makeCertificates(certificateFolder);
    shop = createServer({ key, cert }, (request, response) => {
      if (request.url?.includes('endless')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"result":"');
        for (let n = 0; n < 40; n++) response.write('x'.repeat(100_000));
        response.end('"}');
      } else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Магазин</h1>');
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    fresh = await world.addTenant();
    connected = await world.addTenant('ООО Подключена');
    await world.connect(connected, { client_id: 'app', client_secret: 'secret-of-app' });
    untouched = await fingerprint(world);
  });
  after(async () => {
    shop.close();
    await strangePortal.stop();
    await world.stop();
  });
  afterEach('nothing is stored', async () => {
    world.portal.faults.clear();
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  const portal = () => `https://${world.portal.host}`;
  const shopAddress = () => `https://127.0.0.1:${(shop.address() as AddressInfo).port}`;

  interface Case {
    name: string;
    url: () => string;
    status: number;
    code: string;
    /** Words that tell how to mend it. */
    ru: string;
    en: string;
    prepare?: () => void;
  }

  const cases: Case[] = [
    {
      name: 'no address at all',
      url: () => 'мой портал',
      status: 400,
      code: 'webhook_url_invalid',
      ru: 'Нужен адрес вида',
      en: 'Expected an address like',
    },
    {
      name: 'http',
      url: () => connected.webhookUrl.replace('https', 'http'),
      status: 400,
      code: 'webhook_url_not_https',
      ru: 'https://',
      en: 'https://',
    },
    {
      name: 'without the user id',
      url: () => `${portal()}/rest/abcdef123456/`,
      status: 400,
      code: 'webhook_url_no_user_id',
      ru: 'Скопируйте адрес целиком',
      en: 'Copy the whole address',
    },
    {
      name: 'without the secret',
      url: () => `${portal()}/rest/1/`,
      status: 400,
      code: 'webhook_url_no_secret',
      ru: 'Скопируйте адрес целиком',
      en: 'Copy the whole address',
    },
    {
      name: "the portal's own page",
      url: () => `${portal()}/crm/deal/list/`,
      status: 400,
      code: 'webhook_url_not_a_webhook',
      ru: 'нужен адрес вида',
      en: 'expected an address like',
    },
    {
      name: 'with login and password',
      url: () => `https://me:pass@${world.portal.host}/rest/1/abcdef12/`,
      status: 400,
      code: 'webhook_url_invalid',
      ru: 'уберите логин',
      en: 'remove the login',
    },
    {
      name: 'a user id beyond numbers',
      url: () => `${portal()}/rest/9999999999/abcdef12/`,
      status: 400,
      code: 'webhook_url_no_user_id',
      ru: 'Скопируйте',
      en: 'Copy',
    },
    {
      name: 'a wrong secret',
      url: () => `${portal()}/rest/1/wrongsecret1/`,
      status: 422,
      code: 'webhook_refused',
      ru: 'Скопируйте адрес из карточки вебхука',
      en: "Copy the address from the webhook's card",
    },
    {
      name: 'without the right to the CRM',
      url: () => world.portal.addWebhook({ scopes: ['user'] }).url,
      status: 422,
      code: 'webhook_without_crm',
      ru: 'добавьте право CRM',
      en: 'add CRM',
    },
    {
      name: 'no Bitrix24 there',
      url: () => `${shopAddress()}/rest/1/abcdef12/`,
      status: 422,
      code: 'not_bitrix24',
      ru: 'Проверьте имя портала',
      en: "Check the portal's name",
    },
    {
      name: 'an answer without an end',
      url: () => `${shopAddress()}/rest/1/endless12/`,
      status: 422,
      code: 'not_bitrix24',
      ru: 'Проверьте имя портала',
      en: "Check the portal's name",
    },
    {
      name: 'nobody there',
      url: () => 'https://127.0.0.1:1/rest/1/abcdef12/',
      status: 422,
      code: 'portal_unreachable',
      ru: 'Проверьте адрес',
      en: 'Check the address',
    },
    {
      name: 'a name that does not exist',
      url: () => 'https://portal.invalid/rest/1/abcdef12/',
      status: 422,
      code: 'portal_unreachable',
      ru: 'Проверьте адрес',
      en: 'Check the address',
    },
    {
      name: 'a certificate that cannot be trusted',
      url: () => strangePortal.addWebhook().url,
      status: 422,
      code: 'portal_certificate',
      ru: 'NODE_EXTRA_CA_CERTS',
      en: 'NODE_EXTRA_CA_CERTS',
    },
    {
      name: 'a portal that moved',
      url: () => connected.webhookUrl,
      status: 422,
      code: 'portal_moved',
      ru: 'переехал на new.bitrix24.example',
      en: 'moved to new.bitrix24.example',
      prepare: () =>
        world.portal.faults.add({ method: 'profile', action: { kind: 'redirect', host: 'new.bitrix24.example' } }),
    },
    {
      name: "a balancer's page instead of the portal",
      url: () => connected.webhookUrl,
      status: 422,
      code: 'not_bitrix24',
      ru: 'HTTP 502',
      en: 'HTTP 502',
      prepare: () => world.portal.faults.add({ method: 'profile', action: { kind: 'html', status: 502 } }),
    },
    {
      name: 'a portal that breaks the connection',
      url: () => connected.webhookUrl,
      status: 422,
      code: 'portal_unreachable',
      ru: 'портал не отвечает',
      en: 'does not answer',
      prepare: () => world.portal.faults.add({ method: 'scope', action: { kind: 'dropBefore' } }),
    },
  ];

  for (const { name, url, status, code, ru, en, prepare } of cases) {
    it(name, async () => {
      prepare?.();
      for (const tenant of [fresh, connected]) {
        const body = {
          webhook_url: url(),
          client_id: 'other',
          client_secret: 'other-secret',
          outgoing_token: 'other-outgoing-token',
        };
        const russian = await world.call(tenant.token, 'POST', setup, body);
        expectRefusal(russian, status, code);
        expect(russian.body.error)
          .to.match(/^Ошибка проверки вебхука Битрикс24: /)
          .and.include(ru);
        const english = await world.call(tenant.token, 'POST', setup, body, { 'accept-language': 'en' });
        expectRefusal(english, status, code);
        expectLanguage(english, 'en');
        expect(english.body.error)
          .to.match(/^Bitrix24 webhook check failed: /)
          .and.include(en);
        for (const secret of [url().split('/').at(-2) ?? '-', 'other-secret', 'other-outgoing-token'].filter(
          (part) => part.length > 7,
        )) {
          expect(JSON.stringify([russian.body, english.body])).to.not.include(secret);
        }
      }
    });
  }

  it('nothing to set up at all', async () => {
    for (const body of [{}, { replace_portal: true }]) {
      const answer = await world.call(fresh.token, 'POST', setup, body);
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.error).to.include('webhook_url');
    }
  });

  it('a token of the outgoing webhook without a portal that could use it', async () => {
    expectRefusal(
      await world.call(fresh.token, 'POST', setup, { outgoing_token: 'some-outgoing-token' }),
      400,
      'not_configured',
    );
    const both = { webhook_url: null, outgoing_token: 'some-outgoing-token' };
    expectRefusal(await world.call(connected.token, 'POST', setup, both), 400, 'not_configured');
  });

  it('another portal than the one that the links speak of, unless that is meant', async () => {
    await world.sql(
      `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id) values ($1, 'object', 1, 'deal', '77')`,
      [fresh.id],
    );
    untouched = await fingerprint(world);
    const answer = await world.call(fresh.token, 'POST', setup, { webhook_url: fresh.webhookUrl });
    expectRefusal(answer, 409, 'portal_changed');
    expect(answer.body.details).to.deep.equal({ portal: world.portal.host, replace_portal: true });
  });

  it('is mended by a right one, pasted as people paste', async () => {
    const body = { webhook_url: `  ${fresh.webhookUrl}profile.json  `, replace_portal: true };
    const answer = await world.call(fresh.token, 'POST', setup, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    untouched = await fingerprint(world);
  });
});
