import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { makeFleet, type Vehicle } from '../support/fleet.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const count = 80;

describe('the right to change deals', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;
  let vehicles: Vehicle[];

  before(async () => {
    world = await startWorld({ ...unlimited, timings: { backoffMs: 60_000 } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    vehicles = await makeFleet(world, tenant).add(count, {});
  });
  after(() => world.stop());

  const takeAway = () => world.portal.rights.deny({ kind: 'deal', action: 'write' });
  const edit = (word: string, among: readonly Vehicle[] = vehicles) =>
    world.sql(`update objects set name = $1 || ' ' || id where id = any($2)`, [word, among.map(({ id }) => id)]);

  async function giveBack(word: string): Promise<void> {
    world.portal.rights.clear();
    await world.skipWaits();
    await world.settled();
    const titles = world.portal.records('deal').list();
    expect(titles.filter(({ TITLE }) => !String(TITLE).startsWith(`${word} `))).to.deep.equal([]);
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.health()).to.include({ status: 'healthy' });
  }

  async function expectOneFault(waiting: number): Promise<void> {
    await failures.faultOpened('kind', 'object:update');
    await eventually(async () => {
      const rows = await world.sql('select waits_for, attempts from sync_queue');
      expect(rows.filter(({ waits_for: name }) => name === 'kind:object:update')).to.have.length(waiting);
      expect(rows.every(({ attempts }) => attempts === 0)).to.equal(true);
    });
    const faults = await failures.openFaults();
    expect(faults).to.have.length(1);
    expect(faults[0]?.message).to.match(/^Нет права изменять сделки/);
    expect(await failures.health()).to.include({ status: 'degraded' });
  }

  /** Lets the next probe come, which is refused again. */
  async function probeFails(waiting: number): Promise<void> {
    const open = 'select attempts, next_try_at > now() as waits from sync_faults where ended_at is null';
    const [before] = await world.sql(open);
    await world.skipWaits();
    await eventually(async () =>
      expect(await world.sql(open)).to.deep.equal([{ attempts: Number(before?.attempts) + 1, waits: true }]),
    );
    await expectOneFault(waiting);
  }

  it('is taken away and 80 objects are edited: one fault, no dead letter, and creations go on', async () => {
    takeAway();
    await edit('Раз');
    await expectOneFault(count);
    expect(await failures.openErrors()).to.deep.equal([]);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Раз новый')`, [tenant.id]);
    await eventually(() => world.portal.records('deal').list().length === count + 1);
  });

  it('stays away: the next probe asks for a few records, and charges none', async () => {
    world.portal.journal.clear();
    await probeFails(count);
    expect(world.portal.journal.calls({ method: 'crm.item.update' }).length).to.be.within(1, 3);
    expect(await failures.openErrors()).to.deep.equal([]);
  });

  it('is given back: all 80 heal by themselves', async () => {
    await giveBack('Раз');
  });

  it('is taken away and objects are edited one by one: three dead letters, then the fault, then all heal', async () => {
    takeAway();
    for (const [index, vehicle] of vehicles.slice(0, 3).entries()) {
      await edit('Два', [vehicle]);
      await eventually(async () => expect(await failures.openErrors()).to.have.length(index + 1));
    }
    // One more that waits alone is the next probe: it is charged no more than many are.
    await edit('Два', vehicles.slice(3, 4));
    await expectOneFault(1);
    await probeFails(1);
    expect(await failures.openErrors()).to.have.length(3);
    await edit('Два', vehicles.slice(4));
    await expectOneFault(count - 3);
    expect(await failures.openErrors()).to.have.length(3);
    await world.sql(`update objects set name = 'Два новый' where name = 'Раз новый'`);
    await giveBack('Два');
  });
});
