import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('the first sweep of a connection', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    // Short enough that the schedule looks every second, longer than these stories.
    world = await startWorld({ config: { sweepIntervalSec: 29 } });
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  /** Connections that the schedule has taken up to now. */
  const sweepsTaken = () => world.sql('select 1 from bitrix24_connections where next_sweep_at is not null');
  const scheduleHasLooked = async (since: number) => {
    const [{ fired } = { fired: 0 }] = await world.sql<{ fired: number }>(
      `select count(*)::int as fired from cron_runs where created_at > to_timestamp($1) and key like '%sweep%'`,
      [since / 1000],
    );
    if (fired === 0) throw new Error('Not looked yet');
  };

  it('waits an interval: until then both sides know of everything', async () => {
    await world.sql(`insert into objects (tenant_id, name, description) values ($1, 'Погрузчик', 'Новый')`, [
      tenant.id,
    ]);
    await world.connect(tenant);
    const connectedAt = Date.now();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    await eventually(() => scheduleHasLooked(connectedAt), { timeoutMs: 15_000 });
    expect(await sweepsTaken()).to.deep.equal([]);
  });

  it('is made at once when the company was connected before, for what only the portal has', async () => {
    const integration = '/api/integration/bitrix24';
    await world.call(tenant.token, 'PUT', `${integration}/settings`, { import_new: { object: true } });
    await world.runJob('sweep', tenant);
    await world.settled();
    await world.call(tenant.token, 'POST', `${integration}/setup`, { webhook_url: null });
    world.portal.records('deal').create({ TITLE: 'Создана без связи' });
    await world.connect(tenant);
    await eventually(
      async () => {
        const found = await world.sql(`select 1 from objects where name = 'Создана без связи'`);
        expect(found).to.have.length(1);
      },
      { timeoutMs: 15_000 },
    );
    expect(await sweepsTaken()).to.have.length(1);
  });

  it('calls missed what it did not know, and not what was written within the last second', async () => {
    const told = (from: number) => world.lines.slice(from).filter((line) => line.includes('пропущенные изменения'));
    const from = world.lines.length;
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Только что')`, [tenant.id]);
    await world.settled();
    await world.runJob('sweep', tenant);
    expect(told(from)).to.deep.equal([]);
    const [object] = await world.sql<{ id: number }>(`select id from objects where name = 'Только что'`);
    const { ID } = await world.remoteOf(tenant, 'object', object?.id ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    world.portal.records('deal').update(Number(ID), { TITLE: 'Без события' });
    await world.runJob('sweep', tenant);
    expect(told(from).join()).to.include('пропущенные изменения: 1');
  });
});
