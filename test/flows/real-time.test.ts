import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('events of an installed application', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({
      apps: true,
      portal: { switches: { rateLimited: false } },
      bucket: { size: 1e6, drain: 1e6 },
    });
    tenant = await world.addTenant();
    await installingIn(world).install(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 200) n`, [
      tenant.id,
    ]);
    await world.sql(`insert into users (tenant_id, name, email) values ($1, 'Иван Петров', 'ivan@mail.example')`, [
      tenant.id,
    ]);
    await world.sql(`insert into contracts (tenant_id, number, client_name) values ($1, '17', 'ООО Ромашка')`, [
      tenant.id,
    ]);
    await world.settled(60_000);
  });
  after(() => world.stop());
  afterEach(() =>
    Object.assign(world.portal.events.faults, { delayMs: 0, lossRate: 0, doubleRate: 0, shuffle: false }),
  );

  const nameOf = async (table: string, column: string) =>
    (await world.sql(`select ${column} as name from ${table} where id = 1`))[0]?.name;
  /** Deals are made side by side: their ids are not those of their objects. */
  const nameOfDeal = async (dealId: number) =>
    (
      await world.sql(
        `select o.name from objects o join bitrix24_sync_mappings m on m.local_type = 'object' and m.local_id = o.id
          where m.bitrix24_id = $1`,
        [String(dealId)],
      )
    )[0]?.name;

  it('bring a deal, a contact and a company at once', async () => {
    world.portal.records('deal').update(1, { TITLE: 'Из портала' });
    world.portal.records('contact').update(1, { LAST_NAME: 'Сидоров' });
    world.portal.records('company').update(1, { TITLE: 'ООО Лютик' });
    await eventually(async () => (await nameOfDeal(1)) === 'Из портала');
    await eventually(async () => (await nameOf('users', 'name')) === 'Иван Сидоров');
    await eventually(async () => (await nameOf('contracts', 'client_name')) === 'ООО Лютик');
  });

  it('are stored before the answer, all of a storm, and read in a handful of requests', async () => {
    world.portal.journal.clear();
    for (let round = 1; round <= 3; round += 1) {
      for (let id = 1; id <= 200; id += 1) world.portal.records('deal').update(id, { TITLE: `Раунд ${round}, ${id}` });
    }
    await world.portal.events.settled();
    const delivered = world.portal.journal.entries.filter(({ kind }) => kind === 'event');
    expect(delivered).to.have.length(600);
    expect(delivered.filter(({ status }) => status !== 200)).to.have.length(0);
    await world.settled(30_000);
    const wrong =
      await world.sql(`select o.id, o.name from objects o join bitrix24_sync_mappings m on m.local_type = 'object' and m.local_id = o.id
        where o.name <> 'Раунд 3, ' || m.bitrix24_id`);
    expect(wrong).to.deep.equal([]);
    const reads = new Set(world.portal.journal.calls({ method: 'crm.item.list' }).map(({ batchId }) => batchId));
    // Every pass reads whatever is due by one request; how many passes there are depends on how long the storm lasts.
    expect(reads.size).to.be.below(40);
    expect(world.portal.journal.calls({ method: /^crm\./, write: true })).to.have.length(0);
  });

  it('do no harm doubled, late and in disorder', async () => {
    Object.assign(world.portal.events.faults, { doubleRate: 0.5, shuffle: true, delayMs: 50 });
    for (const title of ['Первый', 'Второй', 'Третий']) world.portal.records('deal').update(2, { TITLE: title });
    await world.settled();
    expect(await nameOfDeal(2)).to.equal('Третий');
  });

  it('need no tokens: a robot’s event has none', async () => {
    world.portal.switches.eventTokens = 'none';
    world.portal.records('deal').update(3, { TITLE: 'Робот' });
    await eventually(async () => (await nameOfDeal(3)) === 'Робот');
  });

  it('of records that we do not know, or that are gone, change nothing', async () => {
    const before = await world.sql('select count(*)::int as count from objects');
    const created = world.portal.records('deal').create({ TITLE: 'Чужая сделка' });
    world.portal.records('deal').delete(Number(created.ID));
    await world.settled();
    expect(await world.sql('select count(*)::int as count from objects')).to.deep.equal(before);
  });
});
