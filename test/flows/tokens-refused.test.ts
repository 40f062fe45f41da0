import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { fingerprint } from '../support/fingerprint.ts';
import { expectLanguage, expectRefusal } from '../support/refusal.ts';
import { addressOf, type DescribedRoute, describedRoutes } from '../support/routes.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('tokens that are refused', () => {
  let world: World;
  let tenant: Tenant;
  let routes: DescribedRoute[];
  let untouched: Record<string, string>;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    routes = await describedRoutes(world);
    untouched = await fingerprint(world);
  });
  after(() => world.stop());
  afterEach('nothing is changed by what was refused', async () => {
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  const sign = (payload: object, options: jwt.SignOptions = {}, key: string = world.config.jwtSecret ?? '') =>
    jwt.sign(payload, key, { algorithm: 'HS256', expiresIn: 60, ...options });
  const good = () => ({ sub: 'tester', tenant_id: tenant.id, role: 'admin' });

  it('a good one is let in, so that the refusals below mean something', async () => {
    const answer = await world.call(sign(good()), 'GET', '/api/objects');
    expect(answer.status).to.equal(200);
  });

  it('none at all: 401 everywhere, with the scheme to use', async () => {
    for (const route of routes) {
      const answer = await world.call(null, route.method, addressOf(route), route.body ? {} : undefined);
      expectRefusal(answer, 401, 'token_missing');
      expectLanguage(answer, 'ru');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
    }
  });

  it('forged, expired and crippled ones: 401 everywhere', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { privateKey: ecKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const [header, payload, signature] = sign(good()).split('.') as [string, string, string];
    const cases: Record<string, { token: string; code: string }> = {
      'another secret': { token: sign(good(), {}, 'another secret that is long enough'), code: 'invalid_token' },
      'no algorithm': { token: jwt.sign(good(), '', { algorithm: 'none' }), code: 'invalid_token' },
      'another HMAC': { token: sign(good(), { algorithm: 'HS512' }), code: 'invalid_token' },
      RS256: { token: sign(good(), { algorithm: 'RS256' }, privateKey), code: 'invalid_token' },
      ES256: { token: sign(good(), { algorithm: 'ES256' }, ecKey), code: 'invalid_token' },
      expired: { token: sign(good(), { expiresIn: -10 }), code: 'token_expired' },
      'not valid yet': { token: sign(good(), { notBefore: 600 }), code: 'invalid_token' },
      'changed payload': {
        token: [header, Buffer.from('{"tenant_id":1}').toString('base64url'), signature].join('.'),
        code: 'invalid_token',
      },
      'no signature': { token: `${header}.${payload}.`, code: 'invalid_token' },
      'no JWT': { token: 'nonsense', code: 'invalid_token' },
      'no subject': { token: sign({ tenant_id: tenant.id, role: 'admin' }), code: 'invalid_token' },
      'no tenant': { token: sign({ sub: 'x', role: 'admin' }), code: 'invalid_token' },
      'no role': { token: sign({ sub: 'x', tenant_id: tenant.id }), code: 'invalid_token' },
      'tenant as a text': { token: sign({ ...good(), tenant_id: String(tenant.id) }), code: 'invalid_token' },
      'tenant 0': { token: sign({ ...good(), tenant_id: 0 }), code: 'invalid_token' },
      'tenant beyond integers': { token: sign({ ...good(), tenant_id: 2 ** 31 }), code: 'invalid_token' },
      'unknown role': { token: sign({ ...good(), role: 'root' }), code: 'invalid_token' },
      'subject that cannot be stored': { token: sign({ ...good(), sub: 'a\u0000b' }), code: 'invalid_token' },
    };
    for (const [name, { token, code }] of Object.entries(cases)) {
      for (const route of name === 'another secret' ? routes : routes.slice(0, 3)) {
        const answer = await world.call(token, route.method, addressOf(route), route.body ? {} : undefined);
        expectRefusal(answer, 401, code);
        expect(JSON.stringify(answer.body), name).not.to.include(token);
      }
    }
  });

  it('of a company that is not there, or was deleted: 403', async () => {
    const [gone] = await world.sql<{ id: number }>(
      `insert into companies (name, deleted_at) values ('Закрыта', now()) returning id`,
    );
    untouched = await fingerprint(world);
    for (const id of [gone?.id ?? 0, 99_999]) {
      for (const route of routes) {
        const answer = await world.call(sign({ ...good(), tenant_id: id }), route.method, addressOf(route));
        expectRefusal(answer, 403, 'unknown_tenant');
      }
    }
  });

  it('of a role too low: 403 that names the role, before the body is looked at', async () => {
    const order = ['viewer', 'user', 'admin'];
    for (const route of routes) {
      for (const role of order.slice(0, order.indexOf(route.role))) {
        const body = route.method === 'GET' ? undefined : { nonsense: true };
        const answer = await world.call(sign({ ...good(), role }), route.method, addressOf(route), body);
        expectRefusal(answer, 403, 'role_required');
        expect(answer.body.error).to.include(route.role).and.include(role);
      }
    }
  });

  it('everything that changes something needs more than a viewer', () => {
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      // A card that is linked already gets another record by an administrator only.
      const isRecord = /^\/api\/(objects|users|contracts)|\/cards\/.*(?<!\/relink)$/.test(route.path);
      expect(route.role, `${route.method} ${route.path}`).to.equal(isRecord ? 'user' : 'admin');
    }
  });
});
