import { expect } from 'chai';
import { type JsonSchema, schemaProblems } from '../support/json-schema.ts';
import { describedRoutes } from '../support/routes.ts';
import { startWorld, type World } from '../support/world.ts';

interface Operation {
  operationId: string;
  tags: string[];
  security?: unknown[];
  responses: Record<string, { content: Record<string, { schema: JsonSchema; example?: unknown }> }>;
}

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

  it('openapi.json describes each answer: its fields, an example that fits them, and the failures', async () => {
    const { paths, components, servers, tags } = (await get('/api/openapi.json')).body;
    expect(servers[0].url).to.equal('/');
    const names = tags.map((tag: { name: string }) => tag.name);
    const problemsOf = schemaProblems(components.schemas);
    const asked = Object.entries<Record<string, Operation>>(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ shown: `${method} ${path}`, operation })),
    );
    expect(new Set(asked.map(({ operation }) => operation.operationId)).size).to.equal(asked.length);
    for (const { shown, operation } of asked) {
      expect(names, shown).to.include(operation.tags[0]);
      if (!operation.security) continue;
      expect(operation.responses, shown).to.include.keys('400', '401', '403', '429', '500', '503');
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const json = content['application/json'];
        if (!json) continue;
        const at = `${shown} ${status}`;
        if (status < '300') expect(json.schema.properties?.data, at).to.not.deep.equal({}).and.not.equal(undefined);
        expect(json.example, at).to.not.equal(undefined);
        expect(problemsOf(json.schema, json.example, 'example'), at).to.deep.equal([]);
      }
    }
  });

  it('docs are a page for people, whose files come from here, in both languages', async () => {
    for (const [language, title] of [
      ['ru', 'REST API: Axenta CRM и Битрикс24'],
      ['en', 'REST API: Axenta CRM and Bitrix24'],
    ]) {
      const { body, headers } = await world.call(null, 'GET', '/api/docs', undefined, { 'accept-language': language });
      expect(headers.get('content-type')).to.match(/^text\/html/);
      expect(headers.get('content-security-policy')).to.match(/script-src 'self'; style-src 'self';/);
      expect(body).to.include(`<html lang="${language}">`).and.include(title);
      for (const [, address = ''] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        expect((await get(address)).status, address).to.equal(200);
      }
    }
    expect((await get('/api/docs/5.35.0/package.json')).status).to.equal(404);
  });
});
