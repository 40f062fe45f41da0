import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../config/config.ts';
import { problemsOf } from '../../support/config-problems.ts';

const key = createHash('sha256').update('a key of these tests').digest('base64');
const secret = 'a secret of thirty-two characters!';
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://crm@db.example/crm',
  ENCRYPTION_KEYS: `one:${key}`,
  JWT_SECRET: secret,
};

/** The variables that problems are about. */
const namesOf = (env: Record<string, string>) => problemsOf(env).map((line) => /^[A-Z\d_]+/.exec(line)?.[0]);

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'axenta-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('needs nothing on a development machine', () => {
    expect(loadConfig({ DATA_DIR: folder })).to.deep.include({
      ...{ port: 8080, host: '0.0.0.0', trustedProxies: 0, role: 'all', databaseUrl: undefined, publicUrl: undefined },
      ...{ marketplace: null, allowPrivateHosts: false, sweepIntervalSec: 600, syncConcurrency: 12 },
      oauthUrls: ['https://oauth.bitrix.info', 'https://oauth.bitrix24.tech'],
    });
  });

  it('tells every problem at once, in both languages, with what was given', () => {
    const env = { DATA_DIR: folder, PORT: 'many', ROLE: 'boss', PUBLIC_URL: 'axenta', SYNC_CONCURRENCY: '0' };
    expect(namesOf(env)).to.have.members(['PORT', 'ROLE', 'PUBLIC_URL', 'SYNC_CONCURRENCY']);
    expect(problemsOf(env).join()).to.include('«many»').and.include('неверное значение').and.include('wrong value');
  });

  const wrong: [name: string, value: string][] = [
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10'],
    ['TRUST_PROXY', '10.0.0.0/8,proxy.example'],
    ['DATABASE_URL', 'mysql://db'],
    ['JWT_SECRET', 'short'],
    ['JWT_JWKS_URL', 'ftp://keys.example'],
    ['ENCRYPTION_KEYS', key],
    ['ENCRYPTION_KEYS', 'one:c2hvcnQ='],
    ['ENCRYPTION_KEYS', `one:${key},one:${key}`],
    ['BITRIX24_OAUTH_URL', 'http://oauth.example'],
    ['BITRIX24_ALLOW_PRIVATE_HOSTS', 'yes'],
    ['BITRIX24_ALLOW_PRIVATE_HOSTS', '10.0.0.0/33'],
    ['BITRIX24_ALLOW_PRIVATE_HOSTS', 'b24.local:443'],
    ['HTTPS_PROXY', 'proxy.local:3128'],
    ['HTTPS_PROXY', 'socks5://proxy.local'],
    ['NO_PROXY', 'a b!'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['SWEEP_INTERVAL_SEC', '0'],
    ['METRICS_TOKEN', 'short'],
    ['METRICS_TOKEN', 'blanks are not sent in a header'],
    ['METRICS_PORT', '0'],
    ['JWT_MAX_AGE_HOURS', '0'],
    ['PUBLIC_URL', 'https://user:password@axenta.example.ru'],
  ];
  for (const [name, value] of wrong) {
    it(`refuses ${name}=${value}`, () => expect(namesOf({ DATA_DIR: folder, [name]: value })).to.deep.equal([name]));
  }

  it('tells which of the private hosts it cannot read', () => {
    const [problem] = problemsOf({ DATA_DIR: folder, BITRIX24_ALLOW_PRIVATE_HOSTS: 'b24.company.local,10.1.0.0/99' });
    expect(problem).to.include('не читается / cannot be read: 10.1.0.0/99').and.not.include('read: b24');
  });

  it('takes private hosts as a list, all of them, or none', () => {
    const allowed = (BITRIX24_ALLOW_PRIVATE_HOSTS: string) =>
      loadConfig({ DATA_DIR: folder, BITRIX24_ALLOW_PRIVATE_HOSTS }).allowPrivateHosts;
    expect([allowed('1'), allowed('true'), allowed('0'), allowed('false')]).to.deep.equal([true, true, false, false]);
    const list = allowed('*.local,10.1.0.0/16');
    expect(typeof list === 'object' && list.hasHost('b24.local') && list.hasAddress('10.1.2.3')).to.equal(true);
  });

  it('takes a proxy by either spelling of its name, and the hosts beside it', () => {
    const proxyOf = (env: Record<string, string>) => loadConfig({ DATA_DIR: folder, ...env }).proxy;
    expect(proxyOf({})).to.equal(null);
    expect(proxyOf({ NO_PROXY: 'company.local' })).to.equal(null);
    expect(proxyOf({ https_proxy: 'http://proxy.local:3128' })?.url.host).to.equal('proxy.local:3128');
    const both = proxyOf({ HTTPS_PROXY: 'https://name:word@proxy.local', no_proxy: 'company.local' });
    expect(both?.url.username).to.equal('name');
    expect(both?.bypass?.hasHost('b24.company.local')).to.equal(true);
  });

  it('shows no secret in a problem', () => {
    const given = {
      JWT_SECRET: 'hush-hush',
      ENCRYPTION_KEYS: 'one:hush-hush',
      DATABASE_URL: 'mysql://crm:hush-hush@db',
      HTTPS_PROXY: 'ftp://name:hush-hush@proxy',
    };
    const problems = problemsOf({ DATA_DIR: folder, ...given });
    expect(problems).to.have.length(4);
    expect(problems.join()).not.to.include('hush');
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ DATA_DIR: folder, PORT: '', PUBLIC_URL: ' ' })).to.include({
      port: 8080,
      publicUrl: undefined,
    });
  });

  it('reads secrets from files, and says which one it cannot read', () => {
    const file = path.join(folder, 'secret');
    writeFileSync(file, `${secret}\n`);
    expect(loadConfig({ DATA_DIR: folder, JWT_SECRET_FILE: file }).jwtSecret).to.equal(secret);
    expect(namesOf({ DATA_DIR: folder, JWT_SECRET_FILE: `${file}.gone` })).to.deep.equal(['JWT_SECRET_FILE']);
  });

  it('reads only secrets from files', () => {
    const file = path.join(folder, 'port');
    writeFileSync(file, '1');
    expect(loadConfig({ DATA_DIR: folder, PORT_FILE: file }).port).to.equal(8080);
  });

  describe('in production', () => {
    it('starts with what it needs, and makes no secrets', () => {
      const config = loadConfig({ ...production, DATA_DIR: path.join(folder, 'none') });
      expect(config).to.include({ databaseUrl: production.DATABASE_URL, jwtSecret: secret });
      expect(() => statSync(path.join(folder, 'none'))).to.throw('ENOENT');
    });

    it('names everything that is missing', () => {
      const names = namesOf({ NODE_ENV: 'production', DATA_DIR: folder });
      expect(names).to.have.members(['DATABASE_URL', 'ENCRYPTION_KEYS', 'JWT_SECRET']);
    });

    it('needs no secret for tokens that a key set checks', () => {
      const { JWT_SECRET: _, ...rest } = production;
      const env = { ...rest, JWT_JWKS_URL: 'https://keys.example/set', DATA_DIR: folder };
      expect(loadConfig(env)).to.include({ jwtSecret: undefined, jwksUrl: 'https://keys.example/set' });
    });
  });

  it('makes keys as long as the cipher wants, unlike the default of the former service, and keeps them for the owner alone', () => {
    const dataDir = path.join(folder, 'data');
    const first = loadConfig({ DATA_DIR: dataDir });
    expect(Buffer.from(first.jwtSecret ?? '', 'base64')).to.have.length(32);
    expect(first.encryptionKeys[0]?.key).to.have.length(32);
    for (const name of ['jwt-secret', 'encryption-key']) {
      expect(statSync(path.join(dataDir, name)).mode & 0o777, name).to.equal(0o600);
    }
    expect(readFileSync(path.join(dataDir, 'jwt-secret'), 'utf8')).to.equal(first.jwtSecret);
    expect(loadConfig({ DATA_DIR: dataDir })).to.deep.equal(first);
  });

  it('refuses half an application', () => {
    expect(problemsOf({ DATA_DIR: folder, BITRIX24_CLIENT_ID: 'app.1' })).to.have.length(1);
    expect(problemsOf({ DATA_DIR: folder, BITRIX24_CLIENT_SECRET: 'x' })).to.have.length(1);
    const whole = { DATA_DIR: folder, BITRIX24_CLIENT_ID: 'app.1', BITRIX24_CLIENT_SECRET: 'x' };
    expect(loadConfig(whole).marketplace).to.deep.equal({ clientId: 'app.1', clientSecret: 'x' });
  });
});
