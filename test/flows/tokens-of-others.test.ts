import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { run } from '../support/child.ts';
import { installingIn } from '../support/installing.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a server that knows issuer and audience of its tokens', () => {
  const parties = { issuer: 'https://crm.example', audience: 'axenta-bitrix24' };
  let world: World;

  before(async () => {
    world = await startWorld({ apps: true, config: { jwtRules: { ...parties, maxAgeHours: 2 } } });
  });
  after(() => world.stop());

  async function company(): Promise<number> {
    const [row] = await world.sql<{ id: number }>(`insert into companies (name) values ('ООО Ромашка') returning id`);
    return row?.id ?? 0;
  }
  const secret = () => world.config.jwtSecret ?? '';
  const objects = (token: string) => world.call(token, 'GET', '/api/objects');

  it('refuses the tokens of other services with what is wrong, and takes its own', async () => {
    const claims = { sub: 'x', tenant_id: await company(), role: 'viewer' };
    const sign = (options: jwt.SignOptions) => jwt.sign(claims, secret(), { algorithm: 'HS256', ...options });
    const right = { ...parties, expiresIn: 3600 };
    expect((await objects(sign(right))).status).to.equal(200);
    expectRefusal(await objects(sign({ ...right, issuer: 'https://shop.example' })), 401, 'wrong_issuer');
    expectRefusal(await objects(sign({ ...right, audience: 'shop' })), 401, 'wrong_audience');
    expectRefusal(await objects(sign({ ...right, expiresIn: 3 * 3600 })), 401, 'token_lives_too_long');
    expectRefusal(await objects(sign(parties)), 401, 'token_without_expiry');
  });

  it('takes the sessions of its own pages', async () => {
    const driver = installingIn(world);
    const id = await company();
    const token = jwt.sign({ sub: 'x', tenant_id: id, role: 'admin' }, secret(), { ...parties, expiresIn: 60 });
    const app = driver.addApp();
    expect((await driver.storeKeys({ token }, app)).status).to.equal(200);
    const frame = app.frame();
    await driver.post(frame);
    const session = await driver.session(frame);
    expect(session.body.data).to.include({ tenant_id: id });
    expect((await objects(session.body.data.token)).status).to.equal(200);
  });

  it('takes what `npm run token` mints, and that mints nothing that it would refuse', async () => {
    const { encryptionKeys } = world.config;
    const env = {
      DATABASE_URL: world.databaseUrl,
      JWT_SECRET: secret(),
      JWT_ISSUER: parties.issuer,
      JWT_AUDIENCE: parties.audience,
      JWT_MAX_AGE_HOURS: '2',
      ENCRYPTION_KEYS: encryptionKeys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(),
    };
    const tenant = String(await company());
    const mint = (...more: string[]) =>
      run('npm', ['run', '--silent', 'token', '--', '--tenant', tenant, ...more], { cwd: '.', env });
    const minted = await mint();
    expect((await objects(minted.output.trim())).status).to.equal(200);
    const refused = await mint('--hours', '3');
    expect(refused).to.include({ code: 1, output: '' });
    expect(refused.errors).to.include('raise JWT_MAX_AGE_HOURS');
  });
});
