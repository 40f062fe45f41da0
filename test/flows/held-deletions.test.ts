import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Fleet, idsOf, makeFleet, onLocal, onRemote } from '../support/fleet.ts';

import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/held';

describe('deletions that are too many within an hour', () => {
  let world: World;
  let tenant: Tenant;
  let fleet: Fleet;
  const deals = () => world.portal.records('deal');

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    fleet = makeFleet(world, tenant);
  });
  afterEach(() => world.stop());

  const letAnHourPass = async () => {
    await world.sql(`update sync_removals set removed_at = removed_at - interval '61 minutes'`);
    await world.sql(`update sync_held set since = since - interval '61 minutes'`);
  };

  it('all deals of a fleet of eight: the objects stay, and a list says why', async () => {
    const records = await fleet.add(8, onRemote('delete'));
    await fleet.loseDeals(records);
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records));
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records));
    const row = (await fleet.listHeld()).find((one: { local_id: number }) => one.local_id === records[0]?.id);
    expect(row).to.include({ entity: 'object', action: 'delete_local', name: 'Объект 1', state: 'held' });
    expect(row).to.include({ bitrix24_id: String(records[0]?.dealId), decided_by: null });
    expect(await fleet.linesOf(records[0]?.id ?? 0)).to.deep.include({ operation: 'hold', actor: null });
    const [stats, health] = await Promise.all(
      ['stats', 'health'].map((name) => fleet.call('GET', `/api/integration/bitrix24/${name}`)),
    );
    expect([stats?.body.data.held, health?.body.data.held]).to.deep.equal([8, 8]);
    expect(stats?.body.data.errors_count).to.equal(0);
    expect(world.lines.join('')).to.include('Придержано удалений: 8');
  });

  it('stay held when their records are edited, searched for or synchronised', async () => {
    const records = await fleet.add(8, onRemote('delete'));
    await fleet.loseDeals(records);
    await fleet.call('PATCH', `/api/objects/${records[0]?.id}`, { name: 'Тронут' });
    await world.settled();
    await world.runJob('deletion_sweep', tenant);
    await world.settled();
    const run = await fleet.call('POST', '/api/integration/bitrix24/sync/from', { sync_objects: true, wait: true });
    expect(run.body.data.objects_synced).to.equal(0);
    const [stored] = await world.sql('select done, skipped from sync_runs');
    expect(stored).to.deep.equal({ done: 8, skipped: 8 });
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records));
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records));
  });

  it('hold back single ones that follow, and let them pass when the hour is over', async () => {
    const records = await fleet.add(12, onRemote('delete'));
    const [next, later, ...lost] = records;
    await fleet.loseDeals(lost);
    deals().delete(next?.dealId ?? 0);
    await world.settled();
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records));
    expect(await fleet.heldIds()).to.include(next?.id);
    await letAnHourPass();
    deals().delete(later?.dealId ?? 0);
    await world.settled();
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records).filter((id) => id !== later?.id));
    expect(await fleet.heldIds()).to.not.include(later?.id);
  });

  it('one after another: five pass, the sixth and all that follow are held, whichever side deletes', async () => {
    const records = await fleet.add(9, { ...onRemote('delete'), ...onLocal('delete') });
    for (const [index, record] of records.slice(0, 7).entries()) {
      if (index % 2 === 0) deals().delete(record.dealId);
      else await fleet.call('DELETE', `/api/objects/${record.id}`);
      await world.settled();
    }
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records.slice(5, 7)));
    expect(deals().list()).to.have.length(3);
  });

  it('a share of five in a hundred passes, one more is held', async () => {
    const records = await fleet.add(160, onRemote('delete'));
    await fleet.loseDeals(records.slice(0, 8));
    expect(await fleet.heldIds()).to.deep.equal([]);
    expect(await fleet.livingIds()).to.have.length(152);
    await fleet.loseDeals(records.slice(8, 9));
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records.slice(8, 9)));
    expect(await fleet.livingIds()).to.have.length(152);
  });

  it('some of which wait in the queue for later: they count with those that are due', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await world.stopApp();
    await world.sql('update objects set deleted_at = now()');
    await world.sql(`update sync_queue set due_at = now() + interval '1 hour' where record_id > $1`, [records[2]?.id]);
    await world.startApp();
    await eventually(async () => expect(await fleet.heldIds()).to.deep.equal(idsOf(records.slice(0, 3))));
    expect(deals().list()).to.have.length(8);
    await world.sql('update sync_queue set due_at = now()');
    await world.sql(`select pg_notify('axenta_sync', $1::text)`, [tenant.id]);
    await world.settled();
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records));
  });

  it('more than one pass takes at once: none of them slips through', async function () {
    this.timeout(90_000);
    const records = await fleet.add(620, onRemote('delete'));
    await fleet.loseDeals(records);
    expect(await fleet.livingIds()).to.have.length(620);
    expect((await fleet.call('GET', `${address}?limit=1`)).body.data.pagination.total).to.equal(620);
    expect((await fleet.call('POST', `${address}/confirm`, { entity: 'object' })).body.data).to.deep.equal({
      confirmed: 620,
    });
    await world.settled(40_000);
    expect(await fleet.livingIds()).to.deep.equal([]);
  });

  it('end by themselves when the record is there again', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await fleet.deleteObjects(records);
    await fleet.call('POST', `/api/objects/${records[0]?.id}/restore`);
    await world.settled();
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records.slice(1)));
    expect(await fleet.linesOf(records[0]?.id ?? 0)).to.deep.include({ operation: 'hold_ended', actor: null });
    expect((await fleet.listHeld('&state=restored'))[0]).to.include({ local_id: records[0]?.id, decided_by: null });
  });

  it('under a policy that keeps: nothing is lost, so nothing is held', async () => {
    const records = await fleet.add(8, {});
    await fleet.loseDeals(records);
    for (const { id } of records) expect(await fleet.stateOf(id)).to.equal('orphaned');
    expect(await fleet.heldIds()).to.deep.equal([]);
  });
});
