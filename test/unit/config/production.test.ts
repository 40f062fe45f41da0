import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { loadConfig } from '../../../config/config.ts';
import { problemsOf } from '../../support/config-problems.ts';

const good = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://crm@db.example/crm',
  ENCRYPTION_KEYS: `one:${randomBytes(32).toString('base64')}`,
  JWT_SECRET: randomBytes(32).toString('base64'),
  PUBLIC_URL: 'https://axenta.example.ru',
  DATA_DIR: '/nonexistent',
};

const keyOf = (bytes: Buffer) => `one:${bytes.toString('base64')}`;

describe('the environment of a production server', () => {
  it('is taken when it is in order', () => expect(problemsOf(good)).to.deep.equal([]));

  const refused: [title: string, env: Record<string, string>, mending: string][] = [
    ['PUBLIC_URL without TLS', { PUBLIC_URL: 'http://axenta.example.ru' }, 'put TLS before the address'],
    ['JWT_JWKS_URL without TLS', { JWT_JWKS_URL: 'http://keys.example/set' }, 'put TLS before the address'],
    ['a JWT_SECRET of one letter', { JWT_SECRET: 'a'.repeat(32) }, 'openssl rand -base64 32'],
    ['a JWT_SECRET of few letters', { JWT_SECRET: 'aaaabbbbccccddddaaaabbbbccccdddab' }, 'openssl rand -base64 32'],
    ['a JWT_SECRET that repeats itself', { JWT_SECRET: 'secret-word-secret-word-secret-word-' }, 'openssl'],
    ['a JWT_SECRET that counts', { JWT_SECRET: '0123456789:;<=>?@ABCDEFGHIJKLMNOPQ' }, 'openssl rand -base64 32'],
    ['a key of zeros', { ENCRYPTION_KEYS: keyOf(Buffer.alloc(32)) }, 'openssl rand -base64 32'],
    ['a key of one byte', { ENCRYPTION_KEYS: keyOf(Buffer.alloc(32, 7)) }, 'openssl rand -base64 32'],
    ['a key that repeats itself', { ENCRYPTION_KEYS: keyOf(Buffer.alloc(32, 'twelve bytes')) }, 'openssl'],
    ['a key that counts', { ENCRYPTION_KEYS: keyOf(Buffer.from(Array.from({ length: 32 }, (_, n) => n))) }, 'openssl'],
    ['a METRICS_TOKEN of one letter', { METRICS_TOKEN: 'x'.repeat(20) }, 'openssl rand -hex 32'],
  ];
  for (const [title, env, mending] of refused) {
    it(`is refused with ${title}, and told how to mend it`, () => {
      const problems = problemsOf({ ...good, ...env });
      expect(problems).to.have.length(1);
      expect(problems[0])
        .to.match(new RegExp(`^${Object.keys(env)[0]}`))
        .and.include(mending);
    });
  }

  it('is refused with an old key that is not random, beside a new one that is', () => {
    const env = { ...good, ENCRYPTION_KEYS: `${good.ENCRYPTION_KEYS},old:${Buffer.alloc(32).toString('base64')}` };
    expect(problemsOf(env)).to.have.length(1);
    expect(problemsOf(env)[0]).to.include('"old"').and.not.include(Buffer.alloc(32).toString('base64'));
  });

  it('is told everything at once', () => {
    const env = { ...good, ...Object.assign({}, ...refused.slice(0, 3).map(([, one]) => one)), PORT: 'x' };
    const names = problemsOf(env).map((line) => /^[A-Z\d_]+/.exec(line)?.[0]);
    expect(names).to.have.members(['PORT', 'PUBLIC_URL', 'JWT_JWKS_URL', 'JWT_SECRET']);
  });

  it('is taken with any secret and any key that chance made', () => {
    for (let n = 0; n < 300; n++) {
      const bytes = randomBytes(32);
      for (const form of ['base64', 'hex'] as const) {
        const env = { ...good, JWT_SECRET: bytes.toString(form), ENCRYPTION_KEYS: keyOf(bytes) };
        expect(problemsOf(env), bytes.toString('hex')).to.deep.equal([]);
      }
    }
  });

  it('may be plain on a development machine', () => {
    const env = {
      PUBLIC_URL: 'http://localhost:8080',
      JWT_SECRET: 'a'.repeat(32),
      ENCRYPTION_KEYS: keyOf(Buffer.alloc(32)),
    };
    expect(problemsOf({ ...env, DATA_DIR: '/nonexistent' })).to.deep.equal([]);
  });
});

describe('where measures are shown', () => {
  const production: [env: Record<string, string>, metrics: object][] = [
    [{}, { port: undefined, token: undefined, isOpen: false }],
    [{ METRICS_PORT: '9090' }, { port: 9090, token: undefined, isOpen: false }],
  ];
  for (const [env, metrics] of production) {
    it(`in production with ${JSON.stringify(env)}: not to everybody`, () => {
      expect(loadConfig({ ...good, ...env }).metrics).to.deep.equal(metrics);
    });
  }

  it('on a development machine: to everybody, unless a port or a token is set', () => {
    const env = { JWT_SECRET: good.JWT_SECRET, ENCRYPTION_KEYS: good.ENCRYPTION_KEYS };
    expect(loadConfig(env).metrics.isOpen).to.equal(true);
    expect(loadConfig({ ...env, METRICS_PORT: '9090' }).metrics.isOpen).to.equal(false);
    expect(loadConfig({ ...env, METRICS_TOKEN: 'a-token-of-measures' }).metrics.isOpen).to.equal(false);
  });

  it('never on the port of the interface', () => {
    expect(problemsOf({ ...good, PORT: '8080', METRICS_PORT: '8080' })[0]).to.match(/^METRICS_PORT/);
  });
});
