import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../../support/eventually.ts';
import { startWorld, type World } from '../../support/world.ts';

describe("a world's way to its database", () => {
  let world: World;

  before(async () => {
    world = await startWorld({ databaseProxy: true });
  });
  after(() => world.stop());

  it('is the proxy for the app, and direct for the test', async () => {
    const tenant = await world.addTenant();
    expect((await world.call(tenant.token, 'GET', '/api/objects')).status).to.equal(200);
    expect(world.database.connections).to.be.greaterThan(0);
    world.database.hang();
    expect(await world.sql('select 1 as one')).to.deep.equal([{ one: 1 }]);
    world.database.restore();
    expect((await world.call(tenant.token, 'GET', '/api/objects')).status).to.equal(200);
  });

  it('is closed when the app has stopped, and can be taken from everybody but the test', async () => {
    await world.stopApp();
    await eventually(() => world.database.connections === 0);
    const other = new pg.Client({ connectionString: world.database.url });
    const broken = new Promise<Error>((resolve) => other.on('error', resolve));
    await other.connect();
    expect(await world.endAllSessions()).to.equal(1);
    expect((await broken).message).to.match(/terminat/);
    expect(await world.sql('select 1 as one')).to.deep.equal([{ one: 1 }]);
  });
});
