import { expect } from 'chai';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const count = 60;
const maxBodyBytes = 30_000;

/** A web server in front of the portal refuses long bodies with 413 before anything is executed. */
describe("batches that are too large for the portal's web server", () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Первый')`, [tenant.id]);
    await world.settled();
    world.portal.switches.maxBodyBytes = maxBodyBytes;
  });
  after(() => world.stop());

  const deals = () => world.portal.records('deal').list();

  it('are made smaller at once: every record arrives, none is charged, none is doubled', async () => {
    await world.sql(
      `insert into objects (tenant_id, name, description)
       select $1, 'Камаз ' || n, repeat('Датчик топлива ', 20) from generate_series(1, $2::int) n`,
      [tenant.id, count],
    );
    await world.settled();
    expect(deals()).to.have.length(count + 1);
    expect(new Set(deals().map(({ ORIGIN_ID }) => ORIGIN_ID))).to.have.property('size', count + 1);
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
    expect(await world.sql('select 1 from sync_faults')).to.deep.equal([]);
    expect(world.lines.some((line) => line.includes('request_too_large'))).to.equal(true);
  });

  it('that change records too', async () => {
    await world.sql(`update objects set description = repeat('Новый датчик топлива ', 20), name = name || ' б'`);
    await world.settled();
    expect(deals().filter(({ TITLE }) => !String(TITLE).endsWith(' б'))).to.deep.equal([]);
    expect(await world.sql('select 1 from integration_errors')).to.deep.equal([]);
  });

  it('for one record that is too large by itself: it has an error of its own, all others arrive', async () => {
    await world.sql(
      `insert into objects (tenant_id, name, description)
       select $1::int, 'Малый ' || n, 'Датчик' from generate_series(1, 5) n
       union all select $1::int, 'Огромный', repeat('Датчик топлива ', 4000)`,
      [tenant.id],
    );
    await world.sql(`update objects set description = repeat('Датчик топлива ', 4000) where name = 'Первый б'`);
    await world.settled();
    expect(deals()).to.have.length(count + 1 + 5);
    const errors = await failures.openErrors();
    expect(errors.map(({ code, status }) => `${code} ${status}`)).to.deep.equal([
      'request_too_large failed',
      'request_too_large failed',
    ]);
    const names = await world.sql('select name from objects where id = any($1) order by name', [
      errors.map(({ local_id: id }) => id),
    ]);
    expect(names).to.deep.equal([{ name: 'Огромный' }, { name: 'Первый б' }]);
    expect(await world.sql('select 1 from sync_faults')).to.deep.equal([]);
    expect(await world.sql('select 1 from bitrix24_connections where pause_failures > 0')).to.deep.equal([]);
  });

  it('is mended when it is made shorter', async () => {
    await world.sql(`update objects set description = 'Коротко' where length(description) > 10000`);
    await world.settled();
    expect(deals()).to.have.length(count + 1 + 6);
    expect(await failures.openErrors()).to.deep.equal([]);
  });
});
