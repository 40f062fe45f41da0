import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { addressOf, type DescribedRoute, describedRoutes } from '../support/routes.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

/** Stands in everything that belongs to the first company; nobody else may ever see it. */
const mark = 'Тайна первой компании';

/** Valid bodies, so that nothing but the foreign id can be the reason of a refusal. */
const bodies: Record<string, unknown> = {
  'PUT /api/objects/{id}': { name: 'чужое' },
  'PATCH /api/objects/{id}': { name: 'чужое' },
  'PUT /api/users/{id}': { name: 'чужое' },
  'PATCH /api/users/{id}': { name: 'чужое' },
  'PUT /api/contracts/{id}': { title: 'чужое' },
  'PATCH /api/contracts/{id}': { title: 'чужое' },
  'POST /api/objects/{id}/tasks': { title: 'чужая' },
  [`POST ${bitrix24}/conflicts/{id}/resolve`]: { keep: 'bitrix24' },
  [`POST ${bitrix24}/mappings/{id}/sync`]: { wait: false },
  [`POST ${bitrix24}/held/{id}/restore`]: {},
  [`POST ${bitrix24}/matches/{id}`]: { action: 'create' },
};

describe('companies see their own data only', () => {
  let world: World;
  let otherPortal: SimulatedPortal;
  let first: Tenant;
  let strangers: Tenant[];
  let routes: DescribedRoute[];
  /** An id of the first company for each kind of record. */
  const ids: Record<string, number> = {};

  async function fill(tenant: Tenant, text: string): Promise<void> {
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, 'Д-1', $2)`, [tenant.id, text]);
    await world.sql(
      `insert into objects (tenant_id, name, imei, contract_id) select $1, $2, '490154203237518', id from contracts where tenant_id = $1`,
      [tenant.id, text],
    );
    await world.sql(`insert into users (tenant_id, name, email) values ($1, $2, 'same@mail.example')`, [
      tenant.id,
      text,
    ]);
    const run = await world.call(tenant.token, 'POST', `${bitrix24}/sync/to`, { all: true, wait: true });
    expect(run.body.data.errors, JSON.stringify(run.body)).to.deep.equal([]);
  }

  async function firstIdOf(table: string): Promise<number> {
    const [row] = await world.sql<{ id: number }>(`select min(id)::integer as id from ${table} where tenant_id = $1`, [
      first.id,
    ]);
    expect(row?.id, table).to.be.a('number');
    return row?.id ?? 0;
  }

  before(async () => {
    const certificateFolder = mkdtempSync(path.join(os.tmpdir(), 'portals-'));
    world = await startWorld({ portal: { certificateFolder } });
    otherPortal = await startPortal({ certificateFolder });
    first = await world.addTenant('ООО Первая');
    const [second, third] = [await world.addTenant('ООО Вторая'), await world.addTenant('ООО Третья')];
    third.webhookUrl = otherPortal.addWebhook().url;
    strangers = [second, third];
    for (const tenant of [first, second, third]) await world.connect(tenant);
    await fill(first, mark);
    await fill(second, 'Вторая');
    await fill(third, 'Третья');
    await world.settled();
    await world.sql(
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
       select tenant_id, 'create_deal', 'object', id, 'validation', 'SOME', $2, false, 'failed' from objects where tenant_id = $1`,
      [first.id, mark],
    );
    await world.sql(
      `insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy)
       select tenant_id, 'object', id, '1', 'name', to_jsonb($2::text), to_jsonb($2::text), 'crm', 'crm' from objects where tenant_id = $1`,
      [first.id, mark],
    );
    await world.sql(`insert into conflict_decisions (tenant_id, keep, decided_by) values ($1, 'crm', $2)`, [
      first.id,
      mark,
    ]);
    await world.sql(`insert into error_retries (tenant_id, requested_by, total) values ($1, $2, 1)`, [first.id, mark]);
    await world.sql(
      `insert into sync_held (tenant_id, entity, local_id, bitrix24_id, action, name)
       select tenant_id, 'object', id, '1', 'delete_local', $2 from objects where tenant_id = $1`,
      [first.id, mark],
    );
    await world.sql(
      `insert into sync_matches (tenant_id, local_type, local_id, reason, candidates, candidate_ids)
       select tenant_id, 'object', id, 'several', jsonb_build_array(jsonb_build_object(
                'id', 1, 'title', $2::text, 'email', null, 'phone', null, 'inn', null,
                'agrees', '[]'::jsonb, 'contradicts', '[]'::jsonb)), '{1}'
         from objects where tenant_id = $1`,
      [first.id, mark],
    );
    await world.sql(
      `with alert as (
         insert into alerts (tenant_id, cause, since, what, advice)
         values ($1, 'lag', now(), jsonb_build_object('ru', $2::text, 'en', $2::text), '{"ru": "", "en": ""}'))
       insert into alert_deliveries (tenant_id, event, cause, channel, recipient, message)
       values ($1, 'begin', 'lag', 'email', $2, jsonb_build_object('subject', $2::text))`,
      [first.id, mark],
    );
    const view = `insert into list_views (tenant_id, list, name, filter, author) values ($1, 'records', $2, '{}', 'tester')`;
    await world.sql(view, [first.id, mark]);
    const tables = {
      views: 'list_views',
      objects: 'objects',
      users: 'users',
      contracts: 'contracts',
      mappings: 'bitrix24_sync_mappings',
      runs: 'sync_runs',
      preview: 'sync_runs',
      errors: 'integration_errors',
      conflicts: 'sync_conflicts',
      retries: 'error_retries',
      decisions: 'conflict_decisions',
      held: 'sync_held',
      matches: 'sync_matches',
    };
    for (const [kind, table] of Object.entries(tables)) ids[kind] = await firstIdOf(table);
    ids.requests = await eventually(() => firstIdOf('bitrix24_requests'));
    routes = await describedRoutes(world);
  });
  after(async () => {
    await world.stop();
    await otherPortal.stop();
  });

  it("answers 404 for another company's id, whatever is asked, and changes nothing", async () => {
    const untouched = await fingerprint(world);
    // The id of a card is the portal's, not a company's: two companies may look at one deal, each at its own record behind it.
    for (const route of routes.filter(({ hasId, path }) => hasId && !path.includes('/cards/'))) {
      const kind = route.path.split('/').at(route.path.split('/').indexOf('{id}') - 1) ?? '';
      const id = ids[kind];
      if (id === undefined) throw new Error(`${route.path}: say here which id of the first company belongs to it`);
      const body = bodies[`${route.method} ${route.path}`] ?? (route.body && {});
      for (const stranger of strangers) {
        const answer = await world.call(stranger.token, route.method, addressOf(route, id), body ?? undefined);
        expectRefusal(answer, 404, 'not_found');
        // The same as for an id that nobody has.
        const nobody = await world.call(
          stranger.token,
          route.method,
          addressOf(route, 2_000_000_000),
          body ?? undefined,
        );
        expect({ ...answer.body, request_id: '' }).to.deep.equal({ ...nobody.body, request_id: '' });
      }
    }
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  it('shows no foreign row in any list, count or picture', async () => {
    for (const route of routes.filter(({ method, hasId }) => method === 'GET' && !hasId)) {
      const own = await world.call(first.token, 'GET', addressOf(route));
      for (const stranger of strangers) {
        const answer = await world.call(stranger.token, 'GET', addressOf(route));
        expect(answer.status, route.path).to.equal(200);
        expect(JSON.stringify(answer.body), route.path).to.not.include(mark).and.not.include('ООО Первая');
      }
      expect(own.status).to.equal(200);
    }
    const lists = [
      '/api/objects',
      '/api/users',
      '/api/contracts',
      `${bitrix24}/mappings`,
      `${bitrix24}/conflicts`,
      `${bitrix24}/held`,
      `${bitrix24}/matches`,
      '/api/integration/errors',
    ];
    for (const list of lists) {
      const own = await world.call(first.token, 'GET', list);
      expect(JSON.stringify(own.body), list).to.include(mark);
    }
    const [stranger] = strangers;
    const stats = await world.call(stranger?.token ?? '', 'GET', `${bitrix24}/stats`);
    expect(stats.body.data).to.deep.include({ errors_count: 0 });
    expect(stats.body.data.mappings).to.include({ total_mappings: 3, object_mappings: 1 });
  });

  it('finds nothing foreign by searches and filters', async () => {
    const [stranger] = strangers;
    const token = stranger?.token ?? '';
    for (const address of [
      `/api/objects?contract_id=${ids.contracts}`,
      `/api/objects?q=${encodeURIComponent(mark)}`,
      `/api/contracts?q=${encodeURIComponent(mark)}`,
      `${bitrix24}/mappings?q=${encodeURIComponent(mark)}`,
    ]) {
      const { body } = await world.call(token, 'GET', address);
      expect(body.data.pagination.total, address).to.equal(0);
    }
  });

  it('lists no record of the shared portal that another company stands for', async () => {
    const [stranger] = strangers;
    for (const kind of ['object', 'user', 'contract']) {
      const address = `${bitrix24}/records/bitrix24-only?local_type=${kind}`;
      const { body } = await world.call(stranger?.token ?? '', 'GET', address);
      expect(body.data, kind).to.deep.include({ records: [], next_cursor: null });
      expect(body.data.looked_at, kind).to.be.above(0);
    }
  });

  it("takes no foreign contract for one's own object, new or old", async () => {
    const untouched = await fingerprint(world);
    for (const { token, id } of strangers) {
      const [object] = await world.sql<{ id: number }>('select id from objects where tenant_id = $1', [id]);
      const created = await world.call(token, 'POST', '/api/objects', { name: 'x', contract_id: ids.contracts });
      expectRefusal(created, 400, 'invalid_request');
      expect(created.body.details[0]).to.include({ path: 'contract_id' });
      for (const method of ['PUT', 'PATCH']) {
        const changed = await world.call(token, method, `/api/objects/${object?.id}`, { contract_id: ids.contracts });
        expectRefusal(changed, 400, 'invalid_request');
      }
    }
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  it('runs for foreign ids touch nothing', async () => {
    for (const { token } of strangers) {
      const run = await world.call(token, 'POST', `${bitrix24}/sync/to`, {
        sync_objects: true,
        filter: { ids: [ids.objects] },
        wait: true,
      });
      expect(run.body.data).to.deep.include({ objects_synced: 0, errors: [] });
    }
  });

  it('two companies on one portal: a record each, nobody imports what the other made', async () => {
    const [second] = strangers as [Tenant];
    expect(world.portal.records('deal').list()).to.have.length(2);
    expect(world.portal.records('contact').list()).to.have.length(2);
    const settings = { import_new: { object: true, user: true, contract: true } };
    expect((await world.call(second.token, 'PUT', `${bitrix24}/settings`, settings)).status).to.equal(200);
    const handler = world.portal.addOutgoingWebhook({ url: `http://127.0.0.1:${world.port}/bitrix24/events` });
    await world.connect(second, { outgoing_token: handler.token });
    const deal = await world.remoteOf(first, 'object', ids.objects ?? 0);
    world.portal.records('deal').update(Number(deal.ID), { COMMENTS: 'правка менеджера' });
    const run = await world.call(second.token, 'POST', `${bitrix24}/sync/from`, {
      all: true,
      import_new: true,
      wait: true,
    });
    expect(run.body.data.errors).to.deep.equal([]);
    await world.settled();
    const rows = await world.sql('select name from objects where tenant_id = $1', [second.id]);
    expect(rows).to.deep.equal([{ name: 'Вторая' }]);
    expect(await world.sql('select id from users where tenant_id = $1', [second.id])).to.have.length(1);
    expect(await world.sql('select id from contracts where tenant_id = $1', [second.id])).to.have.length(1);
    const [mapping] = await world.sql(
      `select count(*)::integer as n from bitrix24_sync_mappings where tenant_id = $1 and local_type = 'object'`,
      [second.id],
    );
    expect(mapping).to.deep.equal({ n: 1 });
    handler.remove();
  });

  it('one company leaves its portal, the other goes on', async () => {
    const [second] = strangers as [Tenant];
    await world.call(second.token, 'POST', `${bitrix24}/setup`, { webhook_url: null });
    await world.call(first.token, 'PATCH', `/api/objects/${ids.objects}`, { name: 'Новое имя' });
    await world.settled();
    expect((await world.remoteOf(first, 'object', ids.objects ?? 0)).TITLE).to.include('Новое имя');
    const health = await world.call(first.token, 'GET', `${bitrix24}/health`);
    expect(health.status).to.equal(200);
    expectRefusal(await world.call(second.token, 'GET', `${bitrix24}/health`), 503, 'not_configured');
  });
});
