import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { expectLanguage, expectRefusal } from '../support/refusal.ts';
import { addressOf, type DescribedRoute, describedRoutes } from '../support/routes.ts';
import { type Answer, startWorld, type Tenant, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('bad input at every address', () => {
  let world: World;
  let tenant: Tenant;
  let routes: DescribedRoute[];
  let untouched: Record<string, string>;

  beforeEach(async () => {
    untouched = await fingerprint(world);
  });
  afterEach('nothing is changed by what was refused', async () => {
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });
  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.sql(`insert into contracts (tenant_id, number) values ($1, '1')`, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [tenant.id]);
    await world.connect(tenant);
    routes = await describedRoutes(world);
    expect(routes.length).to.be.above(35);
  });
  after(() => world.stop());

  /** Sends text as it is. */
  async function send(route: DescribedRoute, text: string, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${world.port}${addressOf(route)}`, {
      method: route.method,
      headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json', ...headers },
      body: text,
    });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
  }

  const call = (route: DescribedRoute, address: string, language?: string) =>
    world.call(tenant.token, route.method, address, undefined, language ? { 'accept-language': language } : {});
  const withBody = () => routes.filter((route) => route.method !== 'GET');

  it('refuses ids that cannot be', async () => {
    for (const route of routes.filter(({ hasId }) => hasId)) {
      for (const id of ['0', '-1', '2147483648', 'abc', '1.5', '1e1', '0x1', '%20', '%00', "1'--", '9'.repeat(400)]) {
        const answer = await call(route, addressOf(route, id));
        expectRefusal(answer, 400, 'invalid_request');
        expect(answer.body.details.map(({ path }: { path: string }) => path)).to.include('id');
      }
    }
  });

  it('refuses unknown, repeated, impossible and unprintable query parameters', async () => {
    for (const route of routes) {
      expectRefusal(await call(route, `${addressOf(route)}?unknown=1`), 400, 'invalid_request');
      expectRefusal(await call(route, `${addressOf(route)}?__proto__=1`), 400, 'invalid_request');
      expectRefusal(await call(route, `${addressOf(route)}?constructor=1`), 400, 'invalid_request');
      for (const name of route.query) {
        for (const query of [`${name}=1&${name}=2`, `${name}=%00`, `${name}=`]) {
          expectRefusal(await call(route, `${addressOf(route)}?${query}`), 400, 'invalid_request');
        }
      }
      for (const name of route.query.filter((one) => one === 'page' || one === 'limit')) {
        for (const value of ['0', '-1', '1.5', 'x', '1e9', '101x']) {
          const answer = await call(route, `${addressOf(route)}?${name}=${value}`);
          expectRefusal(answer, 400, 'invalid_request');
          expect(answer.body.details[0].path).to.equal(name);
        }
      }
    }
  });

  it('refuses fields that nobody knows, also those that every object inherits', async () => {
    for (const route of withBody()) {
      for (const text of ['{"unknown_field":1}', '{"constructor":{}}', '{"toString":1}', '{"hasOwnProperty":1}']) {
        const answer = await send(route, text);
        expectRefusal(answer, 400, 'invalid_request');
      }
      expectRefusal(await send(route, '{"__proto__":{"name":"x","number":"x"}}'), 400);
    }
  });

  it('refuses bodies that are no object', async () => {
    for (const route of withBody()) {
      for (const text of ['null', '[]', '"text"', '5', 'true', '[{}]']) {
        expectRefusal(await send(route, text), 400, 'invalid_request');
      }
    }
  });

  it('refuses values of a wrong type, each with its path', async () => {
    for (const route of withBody()) {
      for (const name of Object.keys(route.body ?? {})) {
        for (const value of [[[1]], { '': [] }]) {
          const answer = await send(route, JSON.stringify({ [name]: value }));
          expectRefusal(answer, 400, 'invalid_request');
          const paths = answer.body.details.map((one: { path: string }) => one.path);
          expect(
            paths.some((path: string) => path === name || path.startsWith(`${name}.`)),
            paths.join(),
          ).to.equal(true);
        }
      }
    }
  });

  it('says of a wrong type what it must be and what came, also in an address, and calls only what is missing required', async () => {
    const cases: [string, string, unknown, string, string][] = [
      [
        'POST',
        `${bitrix24}/sync/to`,
        { sync_objects: 'yes' },
        'must be true or false, got text',
        'нужно: true или false, получено: текст',
      ],
      ['GET', `${bitrix24}/mappings/abc`, undefined, 'must be a number, got text', 'нужно: число, получено: текст'],
      ['POST', '/api/objects', { name: 5 }, 'must be a string, got a number', 'нужно: строка, получено: число'],
      ['POST', '/api/objects', { name: null }, 'must be a string, got null', 'нужно: строка, получено: null'],
      ['POST', '/api/objects', {}, 'required', 'обязательное поле'],
      [
        'POST',
        `${bitrix24}/sync/to`,
        { filter: [] },
        'must be an object, got a list',
        'нужно: объект, получено: список',
      ],
      [
        'POST',
        `${bitrix24}/sync/to`,
        { filter: { ids: [1.5] } },
        'must be an integer, got a fraction',
        'нужно: целое число, получено: дробное число',
      ],
    ];
    for (const [method, path, body, en, ru] of cases) {
      for (const [language, problem] of [
        ['en', en],
        ['ru', ru],
      ] as const) {
        const answer = await world.call(tenant.token, method, path, body, { 'accept-language': language });
        expectRefusal(answer, 400, 'invalid_request');
        expect(answer.body.details[0].problem, `${path} ${JSON.stringify(body)}`).to.equal(problem);
      }
    }
  });

  it('refuses texts that no database keeps: NUL and half of a character', async () => {
    for (const route of withBody()) {
      for (const [name, schema] of Object.entries(route.body ?? {})) {
        if (![schema.type].flat().includes('string')) continue;
        for (const text of ['a\\u0000b', 'a\\ud800b', 'a\\udc00']) {
          const answer = await send(route, `{"${name}":"${text}"}`);
          expectRefusal(answer, 400);
        }
      }
    }
  });

  it('refuses malformed, oversized, wrongly packed and wrongly labelled bodies', async () => {
    for (const route of withBody()) {
      const broken = await send(route, '{\n  "name":', { 'accept-language': 'en' });
      expectRefusal(broken, 400, 'malformed_body');
      expect(broken.body).to.deep.include({
        error: 'The request body is no JSON: it breaks at line 2, column 10',
        details: { line: 2, column: 10 },
      });
      expectRefusal(await send(route, '\u0000'), 400, 'malformed_body');
      expectRefusal(await send(route, `{"name":"${'x'.repeat(1_100_000)}"}`), 413, 'body_too_large');
      expectRefusal(await send(route, 'not gzip', { 'content-encoding': 'gzip' }), 400, 'malformed_body');
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'nonsense',
      ]) {
        expectRefusal(await send(route, '{"dry_run":true}', { 'content-type': type }), 415, 'unsupported_body_type');
      }
    }
  });

  it('reads every kind of JSON alike, so that a filter is never passed over', async () => {
    for (const route of withBody()) {
      const answer = await send(route, '{"unknown_field":1}', { 'content-type': 'application/merge-patch+json' });
      expectRefusal(answer, [400, 415]);
    }
  });

  it('refuses methods that an address does not have, and says which it has', async () => {
    for (const path of new Set(routes.map((route) => route.path))) {
      const known = routes.filter((route) => route.path === path).map((route) => String(route.method));
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !known.includes(one))) {
        const answer = await world.call(tenant.token, method, path.replace('{id}', '1'));
        expectRefusal(answer, 405, 'method_not_allowed');
        expect(answer.headers.get('allow')?.split(', ')).to.include.members(known);
      }
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/api/openapi.json', '/api/docs']) {
      expectRefusal(await world.call(null, 'POST', path), 405, 'method_not_allowed');
    }
  });

  it('says so in the language that was asked for', async () => {
    for (const route of routes) {
      for (const [header, language] of [
        [undefined, 'ru'],
        ['en', 'en'],
        ['en-GB,en;q=0.9,ru;q=0.5', 'en'],
        ['de', 'ru'],
      ] as const) {
        const answer = await call(route, `${addressOf(route)}?unknown=1`, header);
        expectLanguage(answer, language);
      }
    }
    expectLanguage(await world.call(null, 'GET', '/api/nothing', undefined, { 'accept-language': 'en' }), 'en');
  });

  it('refuses impossible dates, sums and numbers of the CRM', async () => {
    const cases: [string, Record<string, unknown>, string][] = [
      ['/api/contracts', { number: '2', start_date: '2026-02-30' }, 'start_date'],
      ['/api/contracts', { number: '2', start_date: '0000-01-01' }, 'start_date'],
      ['/api/contracts', { number: '2', start_date: '2026-02-02', end_date: '2026-02-01' }, 'end_date'],
      ['/api/contracts', { number: '2', client_inn: '123' }, 'client_inn'],
      ['/api/contracts', { number: '2', client_kpp: 'abc' }, 'client_kpp'],
      ['/api/contracts', { number: '2', total_amount: '1.234' }, 'total_amount'],
      ['/api/contracts', { number: '2', total_amount: -1 }, 'total_amount'],
      ['/api/contracts', { number: '2', total_amount: 1e300 }, 'total_amount'],
      ['/api/contracts', { number: '2', currency: 'rubles' }, 'currency'],
      ['/api/contracts', { number: '2', client_email: 'nobody' }, 'client_email'],
      ['/api/contracts', { number: '   ' }, 'number'],
      ['/api/objects', { name: 'x'.repeat(256) }, 'name'],
      ['/api/objects', { name: 'x', imei: '12345678901234' }, 'imei'],
      ['/api/objects', { name: 'x', contract_id: 2 ** 31 }, 'contract_id'],
      ['/api/objects', { name: 'x', contract_id: 999 }, 'contract_id'],
      ['/api/objects', { name: null }, 'name'],
      ['/api/objects', {}, 'name'],
      ['/api/users', { name: 'x', is_active: 'yes' }, 'is_active'],
    ];
    for (const [path, body, field] of cases) {
      const answer = await world.call(tenant.token, 'POST', path, body);
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details[0].path).to.equal(field);
    }
    for (const time of ['yesterday', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', '2026-01-01']) {
      const answer = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
        filter: { updated_since: time },
      });
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details[0].path).to.equal('filter.updated_since');
    }
    expectRefusal(
      await world.call(tenant.token, 'GET', '/api/objects?contract_id=99999999999999999999'),
      400,
      'invalid_request',
    );
  });
});
