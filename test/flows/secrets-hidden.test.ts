import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

for (const logFormat of ['text', 'json'] as const) {
  describe(`secrets, with the log at its most talkative (${logFormat})`, () => {
    let world: World;
    let tenant: Tenant;
    let other: Tenant;
    const secrets: Record<string, string> = {};
    const answers: string[] = [];

    async function call(method: string, path: string, body?: unknown, who = tenant) {
      const answer = await world.call(who.token, method, path, body);
      answers.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
      return answer;
    }

    before(async () => {
      world = await startWorld({ config: { logLevel: 'trace', logFormat } });
      tenant = await world.addTenant();
      other = await world.addTenant('ООО Другая');
      const handler = world.portal.addOutgoingWebhook({ url: `http://127.0.0.1:${world.port}/bitrix24/events` });
      Object.assign(secrets, {
        webhook: tenant.webhookUrl.split('/').at(-2),
        otherWebhook: other.webhookUrl.split('/').at(-2),
        refusedWebhook: 'refusedsecret123',
        clientSecret: 'client-secret-0123456789',
        outgoingToken: handler.token,
        wrongEventToken: 'wrong-event-token-0123456789',
        jwt: tenant.token,
        jwtSecret: world.config.jwtSecret,
        encryptionKey: world.config.encryptionKeys[0]?.key.toString('base64'),
      });
      for (const [name, secret] of Object.entries(secrets)) expect(secret, name).to.have.length.above(10);
    });
    after(() => world.stop());

    it('a life with everything that may give them away', async () => {
      const client = { client_id: 'app', client_secret: secrets.clientSecret };
      await call('POST', `${address}/setup`, {
        webhook_url: `https://${world.portal.host}/rest/1/${secrets.refusedWebhook}/`,
      });
      await call('POST', `${address}/setup`, {
        webhook_url: tenant.webhookUrl,
        ...client,
        outgoing_token: secrets.outgoingToken,
      });
      await call('POST', `${address}/setup`, { webhook_url: other.webhookUrl, ...client }, other);
      await call('GET', `${address}/health`);
      await call('GET', '/api/company');
      await call('POST', '/api/objects', { name: 'Камаз' });
      await world.settled();
      // A portal that repeats our own secrets in its refusals.
      const description = `Failed at ${tenant.webhookUrl}crm.item.add?auth=${secrets.webhook} "client_secret":"${secrets.clientSecret}"`;
      world.portal.faults.add({
        method: 'crm.item.update',
        action: { kind: 'refuse', status: 400, error: 'ERROR_CORE', description },
        times: 1,
      });
      await call('PATCH', '/api/objects/1', { name: 'Камаз 2' });
      await eventually(async () => (await world.sql('select 1 from integration_errors')).length > 0);
      world.portal.faults.isDown = true;
      await call('DELETE', `${address}/cache`);
      await call('GET', `${address}/health`);
      await call('PATCH', '/api/objects/1', { name: 'Камаз 3' });
      await eventually(
        async () => (await world.sql('select 1 from bitrix24_connections where paused_until is not null')).length > 0,
      );
      world.portal.faults.isDown = false;
      await world.settled();
      const form = `event=ONCRMDEALUPDATE&data[FIELDS][ID]=1&auth[application_token]=${secrets.wrongEventToken}`;
      const event = await fetch(`http://127.0.0.1:${world.port}/bitrix24/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      });
      expect(event.status).to.equal(403);
      for (const path of [
        'errors',
        'errors/stats',
        'bitrix24/mappings',
        'bitrix24/mappings/1',
        'bitrix24/stats',
        'bitrix24/runs',
        'bitrix24/settings',
      ]) {
        await call('GET', `/api/integration/${path}`);
      }
      for (const path of ['/metrics', '/api/openapi.json', '/readyz'])
        answers.push(JSON.stringify((await world.call(null, 'GET', path)).body));
      expect((await call('GET', '/api/integration/errors')).body.data.items[0].message).to.include('***');
    });

    it('no answer holds one', () => {
      expect(answers.length).to.be.above(20);
      for (const [name, secret] of Object.entries(secrets)) {
        expect(
          answers.filter((text) => text.includes(secret)),
          name,
        ).to.deep.equal([]);
      }
    });

    it('no log line holds one', () => {
      expect(world.lines.some((line) => line.includes('SQL'))).to.equal(true);
      for (const [name, secret] of Object.entries(secrets)) {
        expect(
          world.lines.filter((line) => line.includes(secret)),
          name,
        ).to.deep.equal([]);
      }
    });

    it('no table of any schema holds one', async () => {
      const tables = await world.sql<{ table: string }>(
        `select format('%I.%I', table_schema, table_name) as table from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
      );
      expect(tables.length).to.be.above(15);
      let rows = 0;
      for (const { table } of tables) {
        for (const { row } of await world.sql<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)) {
          rows += 1;
          for (const [name, secret] of Object.entries(secrets))
            expect(row, `${name} in ${table}`).to.not.include(secret);
        }
      }
      expect(rows).to.be.above(10);
    });

    it('what is stored is encrypted, differently each time, and only where it belongs can it be read', async () => {
      type Row = { url: string; secret: string };
      const read = async (id: number) =>
        (
          await world.sql<Row>(
            'select bitrix24_webhook_url as url, bitrix24_client_secret as secret from companies where id = $1',
            [id],
          )
        )[0] as Row;
      const [mine, theirs] = [await read(tenant.id), await read(other.id)];
      for (const value of [mine.url, mine.secret]) expect(value).to.match(/^v1\.test\.[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(mine.secret).to.not.equal(theirs.secret);
      // Another company's value in our row: neither used nor explained.
      await world.sql('update companies set bitrix24_webhook_url = $2 where id = $1', [tenant.id, theirs.url]);
      world.portal.journal.clear();
      await call('DELETE', `${address}/cache`);
      const answer = await call('GET', `${address}/health`);
      expect(answer.status).to.equal(503);
      expect(answer.body.code).to.equal('credentials_unreadable');
      expect(world.portal.journal.calls()).to.deep.equal([]);
      // The same value in another column of its own row.
      await world.sql('update companies set bitrix24_webhook_url = $2 where id = $1', [tenant.id, mine.secret]);
      await call('DELETE', `${address}/cache`);
      expect((await call('GET', `${address}/health`)).body.code).to.equal('credentials_unreadable');
    });

    it('the company shows that it is connected, and no more', async () => {
      const token = mintToken(world.config.jwtSecret ?? '', { tenantId: other.id, role: 'viewer', subject: 'x' }, 1);
      const { body } = await world.call(token, 'GET', '/api/company');
      expect(body.data).to.have.all.keys('id', 'name', 'bitrix24_connected', 'created_at', 'updated_at');
      expect(body.data.bitrix24_connected).to.equal(true);
    });
  });
}
