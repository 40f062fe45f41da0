import { expect } from 'chai';
import pg from 'pg';
import { makeCrmTroubles } from '../demo/crm-troubles.ts';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

/** A portal that needs 44 ms for a create, really waits for it, and works on eight requests at once. */
const busyPortal = { portal: { latency: 'fast' as const, switches: { virtualSeconds: false, workers: 8 } } };

describe('many new objects at a press on the panel of troubles', () => {
  let world: World;
  let tenant: Tenant;
  let client: pg.Client;

  before(async () => {
    world = await startWorld(busyPortal);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
    client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    const deps = { client, portal: world.portal, tenantId: tenant.id };
    world.portal.simulation.troubles.teach(...makeCrmTroubles(deps));
  });
  after(async () => {
    await client?.end();
    await world?.stop();
  });

  const press = (body: Record<string, unknown>) =>
    callHttps(`${world.portal.origin}/api/troubles/objects`, world.portal.caPem, { json: body });
  const count = async (of: string) => {
    const [row] = await world.sql<{ count: number }>(`select count(*)::int as count from ${of}`);
    return row?.count;
  };

  it('a number that is no choice adds nothing', async () => {
    expect((await press({ count: '7' })).status).to.equal(400);
    expect(await count('objects')).to.equal(1);
  });

  it('each becomes one deal, and meanwhile the application answers and a person is not kept waiting', async () => {
    const { status, body } = await press({ count: '500' });
    expect(status).to.equal(200);
    expect(body.text).to.deep.equal({ ru: 'Добавлено объектов: 500', en: 'Objects added: 500' });
    expect(await count('objects')).to.equal(501);
    await world.call(tenant.token, 'PUT', '/api/objects/1', { name: 'Камаз 5490' });
    await eventually(async () => (await world.remoteOf(tenant, 'object', 1))?.TITLE === 'Камаз 5490');
    expect(await count('sync_queue'), 'objects that still wait').to.be.above(50);
    for (const address of ['health', 'stats', 'records?page=1&limit=20']) {
      const answer = await world.call(tenant.token, 'GET', `/api/integration/bitrix24/${address}`);
      expect(answer.status, address).to.equal(200);
    }
    expect(await count('sync_queue'), 'objects that still wait').to.be.above(0);
    await world.settled();
    const titles = world.portal
      .records('deal')
      .list()
      .map(({ TITLE }) => TITLE);
    expect(titles).to.have.length(501);
    expect(new Set(titles)).to.have.property('size', 501);
    const { body: troubles } = await callHttps(`${world.portal.origin}/api/troubles`, world.portal.caPem);
    const [shown] = troubles.troubles.filter(({ name }: { name: string }) => name === 'objects');
    expect(shown).to.include({ isOnce: true, isOn: false });
  });
});
