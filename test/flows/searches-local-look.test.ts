import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('the look from our side', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Старый, до подключения')`, [tenant.id]);
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    await world.sql(`insert into users (tenant_id, name, email) values ($1, 'Иван Петров', 'ivan@axenta.example')`, [
      tenant.id,
    ]);
    await world.settled();
    // The look that the connection itself asked for is over.
    await eventually(async () => expect(await world.sql('select 1 from local_looks')).to.deep.equal([]), {
      timeoutMs: 20_000,
    });
  });
  after(() => world.stop());

  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map((deal) => String(deal.TITLE))
      .sort();
  /** Writes past the triggers, as a copy from a backup does. */
  const silently = async (text: string) => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    try {
      await client.query(`set axenta.sync_origin = 'bitrix24'`);
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  const look = async () => {
    await world.runJob('local_look', tenant);
    await world.settled();
  };
  const automatic = (kinds: Record<string, boolean>) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { automatic: kinds });

  it('asks nothing of the portal where everything is equal', async () => {
    world.portal.journal.clear();
    await look();
    expect(world.portal.journal.calls()).to.deep.equal([]);
  });

  it('finds what differs from its shadow, and what was never linked', async () => {
    await silently(`update objects set name = 'Камаз новый' where name = 'Камаз 1'`);
    await silently(`insert into objects (tenant_id, name) values (${tenant.id}, 'Пропущенный')`);
    await look();
    expect(titles()).to.deep.equal(['Камаз 2', 'Камаз 3', 'Камаз новый', 'Пропущенный']);
    world.portal.journal.clear();
    await look();
    expect(world.portal.journal.calls()).to.deep.equal([]);
  });

  it('finds a row that is gone without a word', async () => {
    await silently(`delete from objects where name = 'Пропущенный'`);
    await look();
    const [row] = await world.sql(
      `select count(*)::int as linked from bitrix24_sync_mappings m where local_type = 'object' and state = 'linked'
          and not exists (select 1 from objects o where o.id = m.local_id)`,
    );
    expect(row).to.deep.equal({ linked: 0 });
  });

  it('leaves alone what is in error, what a person unlinked, and kinds that are off or only taken from the portal', async () => {
    await silently(`insert into objects (tenant_id, name) values (${tenant.id}, 'С ошибкой')`);
    await world.sql(
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
       select $1, 'create_deal', 'object', id, 'validation', 'refused', 'Отказ', false, 'failed' from objects where name = 'С ошибкой'`,
      [tenant.id],
    );
    const [mapping] = await world.sql<{ id: number }>(
      `select m.id from bitrix24_sync_mappings m join objects o on o.id = m.local_id and m.local_type = 'object' where o.name = 'Камаз 3'`,
    );
    await world.call(tenant.token, 'DELETE', `/api/integration/bitrix24/mappings/${mapping?.id}`);
    await silently(`update users set name = 'Пётр Петров'`);
    await automatic({ user: false });
    const count = titles().length;
    await look();
    expect(titles()).to.have.length(count);
    expect(await world.sql(`select 1 from bitrix24_sync_mappings where id = $1`, [mapping?.id])).to.deep.equal([]);
    expect(world.portal.records('contact').list()[0]?.NAME).to.equal('Иван');
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      automatic: {},
      directions: { user: 'from_bitrix' },
    });
    await world.settled();
    await look();
    expect(world.portal.records('contact').list()[0]?.NAME).to.equal('Иван');
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {});
    await world.sql(`update integration_errors set status = 'resolved'`);
  });

  it('begins the first load only when an administrator has asked for it', async () => {
    expect(titles()).not.to.include('Старый, до подключения');
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { sync_objects: true, wait: true });
    await world.settled();
    expect(titles()).to.include('Старый, до подключения');
  });

  it('waits for transactions that were open when a kind came on, and finds what they wrote', async () => {
    await automatic({ object: false });
    const writer = new pg.Client({ connectionString: world.databaseUrl });
    await writer.connect();
    try {
      await writer.query('begin');
      await writer.query(`update objects set name = 'Камаз из долгой записи' where name = 'Камаз 2'`);
      await automatic({});
      await world.settled();
      await eventually(async () => {
        const [asked] = await world.sql('select after_xid is not null as marked from local_looks');
        expect(asked).to.deep.equal({ marked: true });
      });
      // A look that begins now cannot see what the writer has written: it is not the one that was asked for.
      await world.runJob('local_look', tenant);
      expect(await world.sql('select 1 from local_looks')).to.have.length(1);
      expect(titles()).to.include('Камаз 2');
      await writer.query('commit');
    } finally {
      await writer.end();
    }
    await eventually(() => titles().includes('Камаз из долгой записи'), { timeoutMs: 20_000 });
    await eventually(async () => expect(await world.sql('select 1 from local_looks')).to.deep.equal([]), {
      timeoutMs: 20_000,
    });
  });
});
