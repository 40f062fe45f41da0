import { expect } from 'chai';
import { run } from '../support/child.ts';
import { startWorld, type World } from '../support/world.ts';

describe('command-line tools, as real processes', () => {
  let world: World;
  let env: Record<string, string>;

  before(async () => {
    world = await startWorld();
    const { encryptionKeys, jwtSecret = '' } = world.config;
    env = {
      DATABASE_URL: world.databaseUrl,
      JWT_SECRET: jwtSecret,
      ENCRYPTION_KEYS: encryptionKeys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(),
    };
  });
  after(() => world.stop());

  const npm = (name: string, ...args: string[]) =>
    run('npm', ['run', '--silent', name, '--', ...args], { cwd: '.', env });

  it('company makes a company whose token the app accepts', async () => {
    const { code, output, errors } = await npm('company', '--name', 'ООО «Из командной строки»');
    expect(code, errors).to.equal(0);
    const [, id] = /company: (\d+)/.exec(output) ?? [];
    const token = output.trim().split('\n').at(-1) ?? '';
    const { body } = await world.call(token, 'GET', '/api/company');
    expect(body.data).to.include({ id: Number(id), name: 'ООО «Из командной строки»' });
  });

  it('token mints one of the role that was asked for', async () => {
    const tenant = await world.addTenant();
    const { code, output, errors } = await npm('token', '--tenant', String(tenant.id), '--role', 'viewer');
    expect(code, errors).to.equal(0);
    expect((await world.call(output.trim(), 'GET', '/api/objects')).status).to.equal(200);
    expect((await world.call(output.trim(), 'POST', '/api/objects', { name: 'x' })).status).to.equal(403);
  });

  it('wrong arguments are answered with how to do it, and nothing is made', async () => {
    const before = await world.sql('select count(*)::integer as n from companies');
    for (const args of [
      ['company'],
      ['token', '--tenant', 'x'],
      ['token', '--tenant', '3000000000', '--role', 'admin'],
    ]) {
      const [name = '', ...rest] = args;
      const { code, errors } = await npm(name, ...rest);
      expect(code, args.join(' ')).to.equal(2);
      expect(errors).to.include(`npm run ${name} -- --`);
    }
    expect(await world.sql('select count(*)::integer as n from companies')).to.deep.equal(before);
  });

  it('a start in production without secrets, and with other mistakes, names them all at once', async () => {
    const { code, errors } = await run(process.execPath, ['--import', 'tsx', 'app/main.ts'], {
      cwd: '.',
      env: { NODE_ENV: 'production', PORT: 'eighty', ROLE: 'boss', JWT_SECRET: 'short-secret' },
    });
    expect(code).to.equal(1);
    for (const name of ['PORT', 'ROLE', 'JWT_SECRET', 'DATABASE_URL', 'ENCRYPTION_KEYS'])
      expect(errors).to.include(`- ${name}`);
    expect(errors).to.not.include('short-secret');
  });
});
