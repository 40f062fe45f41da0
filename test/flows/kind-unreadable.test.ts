import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const count = 30;

describe('a right to read companies', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld({ ...unlimited, timings: { backoffMs: 60_000 } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    takeAway();
    await world.connect(tenant);
  });
  after(() => world.stop());

  function takeAway(): void {
    world.portal.rights.deny({ kind: 'company', action: 'read' });
    world.portal.rights.deny({ kind: 'company', action: 'add' });
  }

  async function giveBack(): Promise<void> {
    world.portal.rights.clear();
    await world.skipWaits();
    await world.settled();
  }

  async function othersSettled(): Promise<void> {
    await eventually(async () => {
      const open = await world.sql(`select entity, record_id from sync_queue where entity <> 'contract'`);
      expect(open).to.deep.equal([]);
    });
  }

  /** One fault, no error of a record, and everything that waits is uncharged. */
  async function expectOneFault(): Promise<void> {
    await failures.faultOpened('kind', 'contract');
    await othersSettled();
    const faults = await failures.openFaults();
    expect(faults).to.have.length(1);
    expect(faults[0]).to.include({ code: 'ACCESS_DENIED' });
    expect(faults[0]?.message).to.match(/^Нет права читать компании/);
    expect(await failures.openErrors()).to.deep.equal([]);
    await eventually(async () => {
      const waiting = await world.sql(`select attempts from sync_queue where waits_for = 'kind:contract'`);
      expect(waiting).to.have.length(count);
      expect(waiting.every(({ attempts }) => attempts === 0)).to.equal(true);
    });
    const health = await failures.health();
    expect(health).to.include({ status: 'degraded', healthy: false });
    expect(health.faults[0].waits.count).to.equal(count);
  }

  async function expectHealed(): Promise<void> {
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'healthy' });
  }

  it('that was never given is one fault of that kind: contracts wait, users and objects go on', async () => {
    await world.sql(
      `insert into contracts (tenant_id, number, client_name)
       select $1, 'Д-' || n, 'Клиент ' || n from generate_series(1, $2::int) n`,
      [tenant.id, count],
    );
    await world.sql(`insert into users (tenant_id, name, email) values ($1, 'Анна Смирнова', 'anna@mail.example')`, [
      tenant.id,
    ]);
    await world.sql(`insert into objects (tenant_id, name, contract_id) select $1, 'Камаз', min(id) from contracts`, [
      tenant.id,
    ]);
    await expectOneFault();
    expect(world.portal.records('contact').list()).to.have.length(1);
    expect(world.portal.records('deal').list()).to.have.length(1);
  });

  it('is given: the fault ends by itself, every contract arrives, and its deal learns of its company', async () => {
    await giveBack();
    expect(world.portal.records('company').list()).to.have.length(count);
    await expectHealed();
    const [deal] = world.portal.records('deal').list();
    const company = await world.remoteOf(tenant, 'contract', 1);
    expect(Number(deal?.COMPANY_ID)).to.equal(Number(company.ID));
  });

  for (const closedKindList of ['refused', 'empty'] as const) {
    it(`is taken away again (its list is ${closedKindList}): the same one fault, and everything heals`, async () => {
      world.portal.switches.closedKindList = closedKindList;
      takeAway();
      await world.sql(`update contracts set client_name = 'Клиент ${closedKindList} ' || id`);
      await world.sql(`update objects set name = 'Камаз ${closedKindList}'`);
      await expectOneFault();
      expect(world.portal.records('deal').list()[0]?.TITLE).to.include(`Камаз ${closedKindList}`);
      await giveBack();
      const titles = world.portal.records('company').list();
      expect(titles.every(({ TITLE }) => String(TITLE).startsWith(`Клиент ${closedKindList}`))).to.equal(true);
      await expectHealed();
    });
  }
});
