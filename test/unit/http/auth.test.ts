import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, ServerResponse } from 'node:http';
import { expect } from 'chai';
import jsonwebtoken from 'jsonwebtoken';
import Koa from 'koa';
import { makeAuthenticate } from '../../../app/http/auth.ts';
import type { Context } from '../../../app/http/errors.ts';
import { makeKeySet } from '../../../app/http/key-set.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { eventually } from '../../support/eventually.ts';
import { findFreePort } from '../../support/free-port.ts';

const secret = 'a secret of the page sessions, long enough';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keySet = JSON.stringify({ keys: [jwk(rsa.publicKey, 'rsa', 'RS256'), jwk(ec.publicKey, 'ec', 'ES256')] });
const log = makeLog({ level: 'fatal', format: 'json' });

function jwk(key: KeyObject, kid: string, alg: string) {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

function sign(key: jsonwebtoken.Secret, options: jsonwebtoken.SignOptions, extra: object = {}): string {
  const claims = { tenant_id: 7, role: 'user', ...extra };
  return jsonwebtoken.sign(claims, key, { subject: 'caller', expiresIn: 60, ...options });
}

function contextWith(token: string | null): Context {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const request = { headers, socket: {} } as never;
  const context = new Koa().createContext(request, new ServerResponse(request)) as unknown as Context;
  context.state = { requestId: 'one', log, language: 'ru', address: '127.0.0.1' };
  return context;
}

// The library refuses to sign like this; an attacker does not ask it.
function forge(key: string, extra: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'caller', tenant_id: 7, role: 'admin', exp: Math.floor(Date.now() / 1000) + 60, ...extra };
  const text = `${part({ alg: 'HS256', typ: 'JWT', kid: 'rsa' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

const pageSession = () => sign(secret, { algorithm: 'HS256', subject: 'bitrix24:abc-1:12' }, { installation: 3 });

const rs256 = (options: jsonwebtoken.SignOptions = {}) =>
  sign(rsa.privateKey, { algorithm: 'RS256', keyid: 'rsa', ...options });

describe('tokens checked by a key set', () => {
  let server: Server | undefined;
  let port: number;
  let answer = { status: 200, body: keySet };
  let asked = 0;
  let jwksUrl: string;

  async function startServer(): Promise<void> {
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status).end(answer.body);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  async function stopServer(): Promise<void> {
    if (!server?.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  let now = Date.now();
  const clock = { now: () => new Date(now) };

  beforeEach(async () => {
    port = await findFreePort();
    jwksUrl = `http://127.0.0.1:${port}/keys`;
    answer = { status: 200, body: keySet };
    asked = 0;
    await startServer();
  });
  afterEach(stopServer);

  const authenticator = (isKnown = async () => true) =>
    makeAuthenticate({ secret, keySet: makeKeySet(jwksUrl, clock), isKnown });
  const refusalOf = async (token: string | null, authenticate = authenticator()) => {
    const context = contextWith(token);
    const error = await authenticate(context).then(
      () => null,
      (reason: { status: number; code: string }) => reason,
    );
    return error && { status: error.status, code: error.code, asks: context.res.getHeader('www-authenticate') };
  };

  const accepted: [title: string, token: () => string][] = [
    ['RS256', rs256],
    ['ES256', () => sign(ec.privateKey, { algorithm: 'ES256', keyid: 'ec' })],
  ];
  for (const [title, token] of accepted) {
    it(`accepts ${title}`, async () => {
      const caller = await authenticator()(contextWith(token()));
      expect(caller).to.deep.include({ tenantId: 7, subject: 'caller', role: 'user', visitor: null });
      expect(caller.expiresAt?.getTime()).to.be.within(Date.now() + 50_000, Date.now() + 61_000);
    });
  }

  it('accepts HS256 of a page session, and knows its visitor', async () => {
    const caller = await authenticator()(contextWith(pageSession()));
    const visitor = { installation: 3, memberId: 'abc-1', userId: 12, isAdministrator: false };
    expect(caller).to.deep.include({ tenantId: 7, subject: 'bitrix24:abc-1:12', role: 'user', visitor });
  });

  const publicPem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
  const refused: [title: string, token: () => string | null, code?: string][] = [
    ['no token', () => null, 'token_missing'],
    ['an expired token', () => rs256({ expiresIn: -10 }), 'token_expired'],
    ['HS256 that is no page session', () => sign(secret, { algorithm: 'HS256' })],
    ['a public key taken for an HS256 secret', () => forge(publicPem, { installation: 3 })],
    ['a token without signature', () => sign('', { algorithm: 'none' } as never)],
    ['another algorithm of a known key', () => sign(rsa.privateKey, { algorithm: 'RS512', keyid: 'rsa' })],
    ["a stranger's key under a known id", () => sign(stranger.privateKey, { algorithm: 'RS256', keyid: 'rsa' })],
    ['a key that the set does not know', () => rs256({ keyid: 'other' })],
    [
      'a page session without a visitor',
      () => sign(secret, { algorithm: 'HS256', subject: 'caller' }, { installation: 3 }),
    ],
    ['what is no token', () => 'nonsense'],
    ['a token without company', () => sign(rsa.privateKey, { algorithm: 'RS256', keyid: 'rsa' }, { tenant_id: 'x' })],
  ];
  for (const [title, token, code = 'invalid_token'] of refused) {
    it(`refuses ${title}`, async () => {
      expect(await refusalOf(token())).to.deep.equal({ status: 401, code, asks: 'Bearer' });
    });
  }

  it('refuses a company that is not known here', async () => {
    const authenticate = authenticator(async () => false);
    expect(await refusalOf(rs256(), authenticate)).to.include({ status: 403, code: 'unknown_tenant' });
  });

  const failures: [title: string, failing: { status: number; body: string } | 'gone'][] = [
    ['is not there', 'gone'],
    ['answers with an error', { status: 500, body: 'no' }],
    ['answers with a page', { status: 200, body: '<html></html>' }],
    ['holds no key', { status: 200, body: '{"keys":[]}' }],
  ];
  for (const [title, failing] of failures) {
    it(`says that nothing can be checked when the key set ${title}, and goes on when it is back`, async () => {
      if (failing === 'gone') await stopServer();
      else answer = failing;
      const authenticate = authenticator();
      const refusal = await refusalOf(rs256(), authenticate);
      expect(refusal).to.deep.equal({ status: 503, code: 'key_set_unreachable', asks: undefined });
      answer = { status: 200, body: keySet };
      if (failing === 'gone') await startServer();
      expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    });
  }

  it('needs the key set once for each key, and not at all for page sessions', async () => {
    const authenticate = authenticator();
    for (let n = 0; n < 3; n++) expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    expect(asked).to.equal(1);
    await stopServer();
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    expect(await refusalOf(pageSession(), authenticate)).to.equal(null);
  });

  const unknown = (n: number) => rs256({ keyid: `random-${n}` });

  it('refuses tokens with random key ids, after one look at the key set, and holds up no other token', async () => {
    const authenticate = authenticator();
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    now += 31_000;
    // From now on the key set's server takes a second.
    server?.removeAllListeners('request');
    server?.on('request', (_request, response) => {
      asked += 1;
      setTimeout(() => response.writeHead(200).end(keySet), 1000);
    });
    const flood = Array.from({ length: 50 }, (_, n) => refusalOf(unknown(n), authenticate));
    const startedAt = performance.now();
    for (let n = 0; n < 20; n++) expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    expect(performance.now() - startedAt).to.be.below(800);
    for (const refusal of await Promise.all(flood)) expect(refusal).to.include({ status: 401, code: 'invalid_token' });
    for (let n = 50; n < 100; n++) expect(await refusalOf(unknown(n), authenticate)).to.include({ status: 401 });
    expect(asked).to.equal(2);
  });

  it('takes a key that is new in the set, half a minute after the last look at the latest', async () => {
    const authenticate = authenticator();
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    answer = { status: 200, body: JSON.stringify({ keys: [jwk(stranger.publicKey, 'new', 'RS256')] }) };
    const fresh = () => sign(stranger.privateKey, { algorithm: 'RS256', keyid: 'new' });
    expect(await refusalOf(fresh(), authenticate)).to.include({ status: 401 });
    now += 31_000;
    expect(await refusalOf(fresh(), authenticate)).to.equal(null);
    expect(await refusalOf(rs256(), authenticate)).to.include({ status: 401 });
  });

  it('loads the keys again in the background, and goes on with those it has while their server is away', async () => {
    const authenticate = authenticator();
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    now += 601_000;
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    await eventually(() => asked === 2);
    await stopServer();
    now += 601_000;
    for (let n = 0; n < 5; n++) expect(await refusalOf(rs256(), authenticate)).to.equal(null);
    const refusal = await refusalOf(unknown(1), authenticate);
    expect(refusal).to.include({ status: 503, code: 'key_set_unreachable' });
    expect(await refusalOf(rs256(), authenticate)).to.equal(null);
  });
});
