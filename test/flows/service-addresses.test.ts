import { expect } from 'chai';
import { describedRoutes } from '../support/routes.ts';
import { startWorld, type World } from '../support/world.ts';

describe('what machines ask', () => {
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const get = (path: string) => world.call(null, 'GET', path);

  it('healthz and readyz answer without a token', async () => {
    expect(await get('/healthz')).to.deep.include({ status: 200, body: { status: 'ok' } });
    expect(await get('/readyz')).to.deep.include({ status: 200, body: { status: 'ready' } });
  });

  it('readyz says no while the tables are not what the app needs', async () => {
    await world.sql('alter table migrations rename to migrations_away');
    expect(await get('/readyz')).to.deep.include({ status: 503, body: { status: 'not ready' } });
    expect((await get('/healthz')).status).to.equal(200);
    await world.sql('alter table migrations_away rename to migrations');
    expect((await get('/readyz')).status).to.equal(200);
  });

  it('metrics count requests by route, never by id', async () => {
    const tenant = await world.addTenant();
    for (const id of [1, 2, 3]) await world.call(tenant.token, 'GET', `/api/objects/${id}`);
    const { body, headers } = await get('/metrics');
    expect(headers.get('content-type')).to.match(/^text\/plain/);
    expect(body).to.match(/http_request_duration_seconds_count\{operation="GET \/api\/objects\/:id",status="404"\} 3/);
    expect(body).to.include('process_cpu_seconds_total').and.not.include('/api/objects/1');
  });

  it('openapi.json describes every route with its parameters and its body', async () => {
    const { body } = await get('/api/openapi.json');
    expect(body.openapi).to.equal('3.1.0');
    expect(body.components.securitySchemes.jwt).to.include({ type: 'http', scheme: 'bearer' });
    for (const [path, operations] of Object.entries<Record<string, Record<string, never>>>(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const {
          parameters = [],
          responses,
          summary,
        } = operation as unknown as {
          parameters?: { name: string; in: string; required: boolean; schema: { type: string } }[];
          responses: object;
          summary: string;
        };
        const shown = `${method} ${path}`;
        expect(summary, shown).to.be.a('string').and.not.equal('');
        expect(Object.keys(responses), shown).to.not.deep.equal([]);
        const inPath = parameters.filter((one) => one.in === 'path');
        expect(
          inPath.map((one) => `{${one.name}}`),
          shown,
        ).to.deep.equal(path.match(/\{\w+\}/g) ?? []);
        for (const one of inPath) expect(one, shown).to.deep.include({ required: true });
      }
    }
    const routes = (await describedRoutes(world)).map(({ method, path }) => `${method} ${path}`);
    for (const route of [
      'POST /api/integration/bitrix24/setup',
      'GET /api/integration/bitrix24/health',
      'POST /api/integration/bitrix24/sync/to',
      'POST /api/integration/bitrix24/sync/from',
      'GET /api/integration/bitrix24/mappings',
      'GET /api/integration/bitrix24/stats',
      'DELETE /api/integration/bitrix24/cache',
      'POST /api/integration/errors/retry-all',
      'PATCH /api/contracts/{id}',
    ]) {
      expect(routes).to.include(route);
    }
  });

  it('docs show the same routes to people', async () => {
    const { body, headers } = await get('/api/docs');
    expect(headers.get('content-type')).to.match(/^text\/html/);
    for (const { path } of await describedRoutes(world)) expect(body).to.include(path.replace(/\{(\w+)\}/g, ':$1'));
  });
});
