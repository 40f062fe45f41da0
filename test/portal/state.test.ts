import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { startReceiver } from '../support/receiver.ts';
import { startOAuthServer } from './oauth-server.ts';
import { startPortal } from './portal.ts';

describe('a portal that is stopped and started', () => {
  it('still knows its records, fields, people, applications, tokens, handlers and placements', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'portal-state-'));
    const handler = await startReceiver();
    const options = { certificateFolder: folder, stateFile: path.join(folder, 'state.json') };
    const start = async () => {
      const oauth = await startOAuthServer({ certificateFolder: folder });
      return { oauth, portal: await startPortal({ ...options, oauth }) };
    };
    const first = await start();
    const added = first.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
    const tokens = added.issue(1);
    const rest = (portal: typeof first.portal, method: string, json: object) =>
      callHttps(`${portal.origin}/rest/${method}`, portal.caPem, { json: { auth: tokens.access, ...json } });
    const tab = { PLACEMENT: 'CRM_DEAL_DETAIL_TAB', HANDLER: 'https://app.example.com/tab' };
    const field = { USER_TYPE_ID: 'string', FIELD_NAME: 'IMEI' };
    await rest(first.portal, 'crm.deal.userfield.add', { fields: field });
    await rest(first.portal, 'event.bind', { event: 'ONCRMDEALUPDATE', handler: `${handler.url}/events` });
    await rest(first.portal, 'event.bind', { event: 'ONCRMDEALADD', event_type: 'offline' });
    await rest(first.portal, 'placement.bind', tab);
    const deal = first.portal.records('deal').create({ TITLE: 'Первая', UF_CRM_IMEI: '356' });
    first.portal.users.fire(9);
    await first.portal.stop();
    await first.oauth.stop();

    const { oauth, portal } = await start();
    try {
      expect(portal.records('deal').get(Number(deal.ID))).to.include({ TITLE: 'Первая', UF_CRM_IMEI: '356' });
      expect(portal.users.isDismissed(9)).to.equal(true);
      expect((await rest(portal, 'profile', {})).body.result.ID).to.equal('1');
      expect((await rest(portal, 'placement.get', {})).body.result[0]).to.include({ handler: tab.HANDLER });
      expect((await rest(portal, 'event.offline.list', {})).body.result).to.have.length(1);
      const app = portal.apps.get(added.clientId);
      expect(app.applicationToken).to.equal(added.applicationToken);
      portal.records('deal').update(Number(deal.ID), { TITLE: 'Другая' });
      await portal.events.settled();
      expect(handler.of('ONCRMDEALUPDATE')[0]?.form.auth.application_token).to.equal(app.applicationToken);
      const form = {
        ...{ grant_type: 'refresh_token', refresh_token: tokens.refresh },
        ...{ client_id: app.clientId, client_secret: app.clientSecret },
      };
      const answer = await callHttps(`${oauth.origin}/oauth/token/`, oauth.caPem, { form });
      expect(answer.body).to.include({ user_id: 1, client_endpoint: `${portal.origin}/rest/` });
      expect(portal.records('deal').create({ TITLE: 'Вторая' }).ID).to.equal(String(Number(deal.ID) + 1));
    } finally {
      await portal.stop();
      await oauth.stop();
      await handler.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
