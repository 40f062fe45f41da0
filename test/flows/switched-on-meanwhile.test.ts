import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const integration = '/api/integration/bitrix24';

describe('a transaction that is open while the synchronisation is switched on', () => {
  let world: World;
  let tenant: Tenant;
  let writer: pg.Client;
  let objectId: number;

  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map((deal) => deal.TITLE);
  const automatic = (object: boolean) =>
    world.call(tenant.token, 'PUT', `${integration}/settings`, { automatic: { object } });
  const disconnect = () => world.call(tenant.token, 'POST', `${integration}/setup`, { webhook_url: null });
  const closed = () =>
    eventually(async () => expect(await world.sql('select * from local_looks')).to.deep.equal([]), {
      timeoutMs: 20_000,
    });
  /** The wish is noted, and the look that could see nothing of the writer has been made. */
  const lookedOnce = () =>
    eventually(
      async () => {
        const rows = await world.sql<{ waits_for: string[] | null }>('select waits_for from local_looks');
        for (const { waits_for: names } of rows) expect(names).to.be.an('array').that.does.not.include('first look');
      },
      { timeoutMs: 20_000 },
    );
  const rename = (name: string) => writer.query('update objects set name = $2 where id = $1', [objectId, name]);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    ({ id: objectId } = await objectWithDeal(world, tenant, 'Камаз'));
    await world.sql(`insert into contracts (tenant_id, number) values ($1, '17')`, [tenant.id]);
    await world.settled();
    await closed();
    writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
  });
  after(async () => {
    await writer.end();
    await world.stop();
  });

  for (const [title, off, on] of [
    ['for a kind', () => automatic(false), () => automatic(true)],
    ['by a webhook', disconnect, () => world.connect(tenant)],
  ] as const) {
    it(`${title}: its change reaches the deal`, async () => {
      await off();
      await writer.query('begin');
      await rename(`Изменён, включено ${title}`);
      await on();
      await lookedOnce();
      await world.settled();
      await writer.query('commit');
      await eventually(() => expect(titles()).to.include(`Изменён, включено ${title}`));
      await closed();
    });

    it(`${title}: a change within a savepoint, seen by a snapshot of before, reaches the deal`, async () => {
      await off();
      await writer.query('begin isolation level repeatable read');
      await writer.query('select 1 from objects');
      await on();
      await lookedOnce();
      await world.settled();
      await writer.query('savepoint part');
      await rename(`Из снимка, включено ${title}`);
      await writer.query('release part');
      await writer.query('commit');
      await eventually(() => expect(titles()).to.include(`Из снимка, включено ${title}`));
      await closed();
    });
  }

  it('a record that it deletes is unlinked, and a contract shows its new number', async () => {
    await world.sql('update objects set contract_id = 1 where id = $1', [objectId]);
    const { id } = await objectWithDeal(world, tenant, 'Газель');
    await world.settled();
    await disconnect();
    await writer.query('begin');
    await writer.query('delete from objects where id = $1', [id]);
    await writer.query(`update contracts set number = '18' where id = 1`);
    await world.connect(tenant);
    await world.settled();
    await writer.query('commit');
    await closed();
    await world.settled();
    const mapping = `select state from bitrix24_sync_mappings where local_type = 'object' and local_id = $1`;
    expect(await world.sql(mapping, [id])).to.deep.equal([{ state: 'unlinked' }]);
    expect((await world.remoteOf(tenant, 'object', objectId)).TITLE).to.include('18');
  });

  it('does not wait for a long reading: what others wrote is taken as soon as they have ended', async () => {
    const reader = new pg.Client({ connectionString: world.databaseUrl });
    await reader.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select 1 from objects');
    await automatic(false);
    await writer.query('begin');
    await rename('Пока другие читают');
    await automatic(true);
    await world.settled();
    await writer.query('commit');
    await eventually(() => expect(titles().join()).to.include('Пока другие читают'));
    expect(await world.sql('select 1 from local_looks')).to.have.length(1);
    await reader.query('commit');
    await reader.end();
    await closed();
  });

  it('by another program: its change reaches the deal', async () => {
    const set = (object: boolean) =>
      world.sql('update companies set settings = $2::jsonb where id = $1', [
        tenant.id,
        JSON.stringify({ automatic: { object } }),
      ]);
    await set(false);
    await writer.query('begin');
    await rename('Включено другой программой');
    await set(true);
    await writer.query('commit');
    await eventually(() => expect(titles().join()).to.include('Включено другой программой'));
    await closed();
  });
});
