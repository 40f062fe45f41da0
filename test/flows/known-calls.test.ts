import { expect } from 'chai';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The calls and answers that the callers of the former service know, to the letter. */
describe('calls that people know', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown, headers = {}) =>
    world.call(tenant.token, method, path, body, headers);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 15) n`, [
      tenant.id,
    ]);
    await world.sql(
      `insert into users (tenant_id, name) select $1, 'Иван Петров ' || n from generate_series(1, 10) n`,
      [tenant.id],
    );
  });
  after(() => world.stop());

  it('before the set-up health says that the company is not set up', async () => {
    const answer = await call('GET', `${address}/health`);
    expectRefusal(answer, 503, 'not_configured');
    expect(answer.body.error).to.equal('Компания не настроена для интеграции с Битрикс24');
    expect(answer.body.data).to.include({
      service: 'bitrix24',
      healthy: false,
      error: 'Компания не настроена для интеграции с Битрикс24',
    });
    expect(answer.body.data.timestamp).to.match(time);
  });

  it('before the set-up a synchronisation, and whatever else needs a portal, says the same', async () => {
    for (const path of ['sync/to', 'sync/from', 'mappings/1/sync']) {
      const answer = await call('POST', `${address}/${path}`, {});
      expectRefusal(answer, 400, 'not_configured');
      expect(answer.body.error).to.equal('Компания не настроена для интеграции с Битрикс24');
    }
    expectRefusal(await call('POST', '/api/integration/errors/retry-all'), 400, 'not_configured');
    expect(await world.sql('select 1 from sync_runs')).to.deep.equal([]);
  });

  it('before the set-up in English too', async () => {
    const english = { 'accept-language': 'en' };
    const answer = await call('POST', `${address}/sync/to`, {}, english);
    expect(answer.body.error).to.equal('The company is not set up for the Bitrix24 integration');
    const health = await call('GET', `${address}/health`, undefined, english);
    expect(health.body.data.error).to.equal('The company is not set up for the Bitrix24 integration');
  });

  it('before the set-up statistics are all zero, with their whole shape', async () => {
    const { body } = await call('GET', `${address}/stats`);
    expect(body.data.mappings).to.deep.equal({
      total_mappings: 0,
      object_mappings: 0,
      user_mappings: 0,
      contract_mappings: 0,
      last_sync_time: null,
    });
    expect(body.data).to.include({ errors_count: 0, service_name: 'Битрикс24' });
  });

  it('POST setup takes the webhook with the application, and answers what became of it', async () => {
    const answer = await call('POST', `${address}/setup`, {
      webhook_url: tenant.webhookUrl,
      client_id: 'optional_app_id',
      client_secret: 'optional_app_secret',
    });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.have.all.keys('status', 'data', 'message');
    expect(answer.body).to.include({ status: 'success', message: 'Интеграция с Битрикс24 настроена' });
    expect(answer.body.data).to.include({ connected: true, kind: 'webhook', portal: world.portal.host });
  });

  it('GET health answers 200', async () => {
    const { status, body } = await call('GET', `${address}/health`);
    expect(status).to.equal(200);
    expect(body.data).to.include({ service: 'bitrix24', healthy: true });
    expect(body.data.timestamp).to.match(time);
    expect(body.data).to.not.have.property('error');
  });

  it('POST sync/to starts a run with the body that people send', async () => {
    const answer = await call('POST', `${address}/sync/to`, {
      sync_objects: true,
      sync_users: true,
      direction: 'to_bitrix',
    });
    expect(answer.status).to.equal(202);
    expect(answer.body).to.include({ status: 'success', message: 'Синхронизация запущена' });
    expect(answer.body.data).to.include({ direction: 'to_bitrix', state: 'running', total: 25 });
    await world.settled();
  });

  it('POST sync/to and sync/from with a body that names no records start nothing, and say how all records are meant', async () => {
    const runs = await world.sql('select id from sync_runs');
    for (const path of ['sync/to', 'sync/from']) {
      const answer = await call('POST', `${address}/${path}`, {}, { 'accept-language': 'en' });
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.error).to.include('or all: true for every record');
      expectRefusal(await call('POST', `${address}/${path}`), 400, 'invalid_request');
      const unmeant = [
        { wait: true },
        { dry_run: true },
        { direction: 'bidirectional' },
        { wait: true, silent: true, import_new: true },
        { wait: true, filter: {} },
        { filter: { crm: {}, bitrix24: {} } },
      ];
      for (const body of unmeant) expectRefusal(await call('POST', `${address}/${path}`, body), 400, 'invalid_request');
      const both = await call('POST', `${address}/${path}`, { all: true, sync_objects: true });
      expectRefusal(both, 400, 'invalid_request');
      expect(both.body.details[0].path).to.equal('all');
    }
    expect(await world.sql('select id from sync_runs')).to.deep.equal(runs);
  });

  it('POST sync/to with wait answers the counts', async () => {
    const { status, body } = await call('POST', `${address}/sync/to`, {
      sync_objects: true,
      sync_users: true,
      direction: 'to_bitrix',
      wait: true,
    });
    expect(status).to.equal(200);
    expect(body).to.include({ message: 'Синхронизация завершена' });
    expect(body.data).to.deep.include({ objects_synced: 15, users_synced: 10, contracts_synced: 0, errors: [] });
  });

  it('POST sync/from does the same from the other side', async () => {
    const { status, body } = await call('POST', `${address}/sync/from`, {
      sync_objects: true,
      direction: 'from_bitrix',
      wait: true,
    });
    expect(status).to.equal(200);
    expect(body.data).to.deep.include({ objects_synced: 15, users_synced: 0, contracts_synced: 0, errors: [] });
  });

  it('GET stats answers the known shape', async () => {
    const { body } = await call('GET', `${address}/stats`);
    expect(body.status).to.equal('success');
    const { mappings, generated_at, sync: _sync, excluded, ...rest } = body.data;
    expect(excluded).to.deep.equal({ object: 0, user: 0, contract: 0 });
    expect(rest).to.deep.include({ errors_count: 0, held: 0, matches_waiting: 0, service_name: 'Битрикс24' });
    const { last_sync_time, ...counts } = mappings;
    expect(counts).to.deep.equal({ total_mappings: 25, object_mappings: 15, user_mappings: 10, contract_mappings: 0 });
    expect(last_sync_time).to.match(time);
    expect(generated_at).to.match(time);
  });

  it('GET mappings answers pages with the columns of the table', async () => {
    const { body } = await call('GET', `${address}/mappings?page=1&limit=10`);
    expect(body.data.pagination).to.deep.equal({
      page: 1,
      limit: 10,
      total: 25,
      total_pages: 3,
      has_next: true,
      has_prev: false,
    });
    expect(body.data.mappings).to.have.length(10);
    const [mapping] = body.data.mappings;
    expect(mapping).to.include.all.keys(
      'id',
      'created_at',
      'updated_at',
      'tenant_id',
      'local_type',
      'local_id',
      'bitrix24_type',
      'bitrix24_id',
      'last_sync_at',
      'sync_direction',
    );
    expect(mapping.tenant_id).to.equal(tenant.id);
    expect(mapping.bitrix24_id).to.be.a('string');
    expect(mapping.last_sync_at).to.match(time);
    const last = await call('GET', `${address}/mappings?page=3&limit=10`);
    expect(last.body.data.mappings).to.have.length(5);
    expect(last.body.data.pagination).to.include({ has_next: false, has_prev: true });
    const beyond = await call('GET', `${address}/mappings?page=9`);
    expect(beyond.body.data).to.deep.equal({
      mappings: [],
      pagination: { page: 9, limit: 20, total: 25, total_pages: 2, has_next: false, has_prev: true },
    });
    const users = await call('GET', `${address}/mappings?local_type=user&q=${encodeURIComponent('Петров 7')}`);
    expect(users.body.data.mappings).to.have.length(1);
    expect(users.body.data.mappings[0]).to.include({
      local_type: 'user',
      bitrix24_type: 'contact',
      local_name: 'Иван Петров 7',
    });
  });

  it('DELETE cache clears it, and the next call works', async () => {
    const answer = await call('DELETE', `${address}/cache`);
    expect(answer.status).to.equal(200);
    expect(answer.body.message).to.equal('Кэш очищен');
    expect((await call('GET', `${address}/health`)).status).to.equal(200);
  });

  it('GET errors and errors/stats answer their known shapes, empty', async () => {
    const errors = await call('GET', '/api/integration/errors');
    expect(errors.body.data).to.deep.equal({ items: [], total: 0, page: 1, limit: 20, total_pages: 0 });
    const stats = await call('GET', '/api/integration/errors/stats');
    expect(stats.body.data).to.deep.equal({
      total_errors: 0,
      pending_errors: 0,
      resolved_errors: 0,
      failed_errors: 0,
      errors_by_service: {},
      errors_by_operation: {},
      recent_errors: [],
    });
  });

  it('a second synchronisation while one is under way is refused, also at the same instant', async () => {
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 500 } });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, n) => call('POST', `${address}/sync/${n % 2 ? 'to' : 'from'}`, { all: true })),
    );
    expect(all.filter(({ status }) => status === 202)).to.have.length(1);
    for (const answer of all.filter(({ status }) => status !== 202)) {
      expectRefusal(answer, 409, 'sync_running');
      expect(answer.body.error).to.equal('Синхронизация уже выполняется');
    }
    const english = await call('POST', `${address}/sync/to`, { all: true }, { 'accept-language': 'en' });
    expect(english.body.error).to.equal('A synchronisation is already running');
    expect(await world.sql(`select id from sync_runs where state = 'running'`)).to.have.length(1);
    world.portal.faults.clear();
    await world.settled();
  });

  it('errors can be filtered as people know it', async () => {
    await world.sql(
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
       values ($1, 'create_deal', 'object', 1, 'network', 'ECONNRESET', 'x', true, 'pending'),
              ($1, 'create_deal', 'object', 2, 'validation', 'BAD', 'x', false, 'failed'),
              ($1, 'update_contact', 'user', 1, 'network', 'ECONNRESET', 'x', true, 'failed'),
              ($1, 'update_contact', 'user', 2, 'network', 'ECONNRESET', 'x', true, 'resolved')`,
      [tenant.id],
    );
    const cases: [string, number][] = [
      ['', 4],
      ['?status=failed', 2],
      ['?service=bitrix24', 4],
      ['?service=other', 0],
      ['?operation=create_deal', 2],
      ['?retryable_only=true', 3],
      ['?retryable_only=false', 4],
      ['?kind=validation', 1],
      ['?code=ECONNRESET', 3],
      ['?status=failed&retryable_only=1&operation=update_contact', 1],
    ];
    for (const [query, total] of cases) {
      const { body } = await call('GET', `/api/integration/errors${query}`);
      expect(body.data.total, query).to.equal(total);
      expect(body.data.items, query).to.have.length(total);
    }
    const page = await call('GET', '/api/integration/errors?page=2&limit=3');
    expect(page.body.data).to.include({ total: 4, page: 2, limit: 3, total_pages: 2 });
    expect(page.body.data.items).to.have.length(1);
    const stats = await call('GET', '/api/integration/errors/stats');
    expect(stats.body.data).to.deep.include({
      total_errors: 4,
      pending_errors: 1,
      resolved_errors: 1,
      failed_errors: 2,
      errors_by_service: { bitrix24: 4 },
      errors_by_operation: { create_deal: 2, update_contact: 2 },
    });
    expect(stats.body.data.recent_errors).to.have.length(4);
    expect((await call('GET', `${address}/stats`)).body.data.errors_count).to.equal(3);
  });
});
