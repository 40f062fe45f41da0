import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { makeSecrets } from '../../app/lib/secrets.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { rotateKeys } from '../../app/portals/connection/rotate-keys.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the rotation of the encryption key', () => {
  let world: World;
  let tenant: Tenant;
  let db: Database;
  const oldKey = { id: 'old', key: randomBytes(32) };
  const newKey = { id: 'new', key: randomBytes(32) };

  before(async () => {
    world = await startWorld({ apps: true, config: { encryptionKeys: [oldKey] } });
    tenant = await world.addTenant();
    await world.connect(tenant);
    await installingIn(world).install(tenant);
    const channels = { webhook: { on: true, url: 'https://hooks.example/axenta' } };
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/alerts', { channels });
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
  });
  after(async () => {
    await db.close();
    await world.stop();
  });

  const keyIds = async () => {
    const rows = await world.sql<{ stored: string }>(
      `select unnest(array[bitrix24_webhook_url, bitrix24_client_secret]) as stored from companies
       union all select unnest(array[access_token, refresh_token]) from bitrix24_installations
       union all select webhook_secret from alert_settings`,
    );
    return rows.filter(({ stored }) => stored !== null).map(({ stored }) => stored.split('.')[1]);
  };

  it('says which values nobody can read, and leaves them', async () => {
    const stranger = makeSecrets([newKey]);
    const { rewritten, unreadable } = await rotateKeys(db, stranger);
    expect(rewritten).to.equal(0);
    expect(unreadable).to.have.length(5);
    expect(await keyIds()).to.deep.equal(Array(5).fill('old'));
  });

  it('encrypts everything with the first key, once', async () => {
    const secrets = makeSecrets([newKey, oldKey]);
    expect(await rotateKeys(db, secrets)).to.deep.equal({ rewritten: 5, unreadable: [] });
    expect(await keyIds()).to.deep.equal(Array(5).fill('new'));
    expect(await rotateKeys(db, secrets)).to.deep.equal({ rewritten: 0, unreadable: [] });
  });

  it('leaves an app that knows the new key alone to work on', async () => {
    await world.stopApp();
    world.config.encryptionKeys = [newKey];
    await world.startApp();
    const health = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
    expect(health.body.data).to.include({ healthy: true });
    expect(health.body.data.connection).to.include({ kind: 'installation' });
  });
});
