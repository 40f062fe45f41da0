import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { recreateDatabase } from '../support/database.ts';
import { type Dump, dumpDatabase, restoreDatabase } from '../support/dump.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a database that is lost and restored from its backup', () => {
  let world: World;
  let tenant: Tenant;
  let dump: Dump;
  const deals = () => world.portal.records('deal');
  const titles = () =>
    deals()
      .list()
      .map(({ TITLE }) => TITLE)
      .sort();
  const health = () => world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
  const add = (name: string) => world.call(tenant.token, 'POST', '/api/objects', { name });

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    for (const name of ['Камаз', 'Газель', 'Волга']) await add(name);
    await world.settled();
    // Entered before the backup, made in the portal after it.
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    await add('На границе');
    dump = await dumpDatabase(world.databaseUrl);
    await world.skipWaits();
    await world.settled();

    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Камаз после копии' });
    await add('После копии');
    await world.settled();
    deals().update(Number((await world.remoteOf(tenant, 'object', 2)).ID), { TITLE: 'Газель после копии' });
    await world.settled();
    expect(titles()).to.deep.equal(['Волга', 'Газель после копии', 'Камаз после копии', 'На границе', 'После копии']);
    await world.stopApp();
    await recreateDatabase(world.databaseUrl);
    await restoreDatabase(world.databaseUrl, dump);
  });
  after(() => world.stop());

  it('does not work with other keys than its secrets were encrypted with, and says so', async () => {
    const { encryptionKeys } = world.config;
    world.config.encryptionKeys = [{ id: 'other', key: randomBytes(32) }];
    await world.startApp();
    expect((await health()).body).to.include({ code: 'credentials_unreadable' });
    expect(titles()).to.have.length(5);
    await world.stopApp();
    world.config.encryptionKeys = encryptionKeys;
  });

  it('goes on with its own keys: what the portal changed since then arrives, and no deal is doubled', async () => {
    await world.startApp();
    expect((await health()).status).to.equal(200);
    await world.skipWaits();
    for (const path of ['sync/to', 'sync/from'])
      await world.call(tenant.token, 'POST', `/api/integration/bitrix24/${path}`, { sync_objects: true, wait: true });
    await world.settled();
    const names = (await world.sql<{ name: string }>('select name from objects order by id')).map(({ name }) => name);
    expect(names).to.deep.equal(['Камаз после копии', 'Газель после копии', 'Волга', 'На границе']);
    expect(titles()).to.deep.equal(['Волга', 'Газель после копии', 'Камаз после копии', 'На границе', 'После копии']);
  });

  it('links what was entered after the backup with its deal when it is entered again', async () => {
    const { body } = await add('После копии');
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', body.data.id)).TITLE).to.equal('После копии');
    expect(titles()).to.have.length(5);
  });
});
