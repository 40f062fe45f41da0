import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** A portal may go on working for up to a minute on a request that broke off: a record that is not there yet may still come. */
describe('creates whose caller has gone while the portal is still at work', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld({ ...unlimited, timings: { uncertainWaitMs: 1500 } });
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
  });
  after(() => world.stop());

  const deals = () => world.portal.records('deal').list();

  it('make one deal each in the end, with what was changed meanwhile', async () => {
    let lost = 0;
    world.portal.faults.add({
      method: 'crm.item.add',
      when: () => {
        lost += 1;
        return true;
      },
      times: 1,
      // A look right after the connection broke would find nothing.
      action: { kind: 'answerLostWhileWorking', ms: 900 },
    });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    await eventually(() => lost > 0);
    expect(deals()).to.deep.equal([]);
    await world.sql(`update objects set name = 'Изменён' where name = 'Камаз 2'`);
    await world.settled();
    expect(deals().map(({ TITLE }) => TITLE)).to.have.members(['Камаз 1', 'Изменён', 'Камаз 3']);
    expect(world.portal.journal.calls({ method: 'crm.item.add' })).to.have.length(3);
    expect(await failures.openErrors()).to.deep.equal([]);
    expect(await failures.openFaults()).to.deep.equal([]);
  });
});
