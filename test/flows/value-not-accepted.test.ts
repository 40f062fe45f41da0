import { expect } from 'chai';
import { failuresOf } from '../support/failures.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

/** Bitrix24 does not let a deal's dates be emptied: the update succeeds, the date stays. */
describe('a value that reads back as the old one', () => {
  let world: World;
  let tenant: Tenant;
  let failures: ReturnType<typeof failuresOf>;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    await world.connect(tenant);
    await world.sql(
      `with c as (insert into contracts (tenant_id, number, client_name, start_date, end_date)
         values ($1, 'Д-1', 'Ромашка', '2026-01-10', '2026-12-31') returning id)
       insert into objects (tenant_id, name, contract_id) select $1, 'Камаз', id from c`,
      [tenant.id],
    );
    await world.settled();
    expect(String((await world.remoteOf(tenant, 'object', 1)).CLOSEDATE)).to.include('2026-12-31');
    await world.sql(`delete from sync_log`);
    await world.sql(`update contracts set end_date = null`);
    await world.sql(`update objects set name = 'Камаз 5490'`);
    await world.settled();
  });
  after(() => world.stop());

  async function lookAgain(): Promise<void> {
    const rows = await world.sql<{ id: number }>('select id from bitrix24_sync_mappings');
    for (const { id } of rows) await failures.call('POST', `/api/integration/bitrix24/mappings/${id}/sync`);
    await world.settled();
  }

  it('has an error that names the field, and the other fields arrive', async () => {
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз 5490 (договор Д-1)' });
    const errors = await failures.openErrors();
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ local_type: 'object', local_id: 1, code: 'value_not_accepted' });
    expect(errors[0]?.message).to.match(/«close_date».*не даёт его очистить.*2026-12-31/);
  });

  it('is not in the history as cleared', async () => {
    const lines = await world.sql(`select changes from sync_log where entity = 'object'`);
    expect(lines.length).to.be.above(0);
    for (const { changes } of lines) expect(changes).to.not.have.property('close_date');
  });

  it('is not written again by later passes, nor by edits of other fields', async () => {
    world.portal.journal.clear();
    await lookAgain();
    await lookAgain();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    await world.sql(`update objects set name = 'Камаз 65115'`);
    await world.settled();
    const [write, ...more] = world.portal.journal.calls({ write: true });
    expect(more).to.deep.equal([]);
    expect(JSON.stringify(write?.params)).to.not.match(/closedate/i);
    expect(await failures.openErrors()).to.have.length(1);
  });

  it('is tried again by hand, once', async () => {
    world.portal.journal.clear();
    const [error] = await failures.errors();
    await failures.call('POST', `/api/integration/errors/${error.id}/retry`);
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.have.length(1);
    expect(await failures.openErrors()).to.have.length(1);
  });

  it('is in order again when it gets a value that the portal takes', async () => {
    await world.sql(`update contracts set end_date = '2027-06-30'`);
    await world.settled();
    expect(String((await world.remoteOf(tenant, 'object', 1)).CLOSEDATE)).to.include('2027-06-30');
    expect(await failures.openErrors()).to.deep.equal([]);
  });
});
