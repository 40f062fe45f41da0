import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/held';
const settingsAddress = '/api/integration/bitrix24/settings';

describe('deletions that are too many within an hour', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  afterEach(() => world.stop());

  /** Objects with deals, in the order of their ids. */
  async function fleet(count: number, settings: object): Promise<{ id: number; dealId: number }[]> {
    await call('PUT', settingsAddress, settings);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2) n`, [
      tenant.id,
      count,
    ]);
    await world.settled(30_000);
    return world.sql(
      `select local_id as id, bitrix24_id::integer as "dealId" from bitrix24_sync_mappings order by local_id`,
    );
  }
  const onRemote = (policy: string) => ({ on_bitrix24_delete: { object: policy } });
  const onLocal = (policy: string) => ({ on_local_delete: { object: policy } });

  /** Deletes deals without a word; the nightly comparison finds them. */
  async function purge(records: readonly { dealId: number }[]): Promise<void> {
    world.portal.events.faults.lossRate = 1;
    for (const { dealId } of records) deals().delete(dealId);
    world.portal.events.faults.lossRate = 0;
    await world.runJob('deletion_sweep', tenant);
    await world.settled();
  }
  const removeObjects = async (records: readonly { id: number }[]) => {
    await world.sql('update objects set deleted_at = now() where id = any($1)', [records.map(({ id }) => id)]);
    await world.settled();
  };

  const held = async (query = '') => (await call('GET', `${address}?limit=100${query}`)).body.data.held;
  const heldIds = async () => (await held()).map((row: { local_id: number }) => row.local_id).sort(byNumber);
  const living = async () =>
    (await world.sql<{ id: number }>('select id from objects where deleted_at is null order by id')).map(
      (row) => row.id,
    );
  const stateOf = async (id: number) =>
    (await world.sql('select state from bitrix24_sync_mappings where local_id = $1', [id]))[0]?.state;
  const linesOf = async (id: number) =>
    world.sql('select operation, actor from sync_log where local_id = $1 order by id', [id]);
  const idsOf = (records: readonly { id: number }[]) => records.map(({ id }) => id);
  const byNumber = (a: number, b: number) => a - b;
  const letAnHourPass = async () => {
    await world.sql(`update sync_removals set removed_at = removed_at - interval '61 minutes'`);
    await world.sql(`update sync_held set since = since - interval '61 minutes'`);
  };

  it('all deals of a fleet of eight: the objects stay, and a list says why', async () => {
    const records = await fleet(8, onRemote('delete'));
    await purge(records);
    expect(await living()).to.deep.equal(idsOf(records));
    expect(await heldIds()).to.deep.equal(idsOf(records));
    const row = (await held()).find((one: { local_id: number }) => one.local_id === records[0]?.id);
    expect(row).to.include({ entity: 'object', action: 'delete_local', name: 'Объект 1', state: 'held' });
    expect(row).to.include({ bitrix24_id: String(records[0]?.dealId), decided_by: null });
    expect(await linesOf(records[0]?.id ?? 0)).to.deep.include({ operation: 'hold', actor: null });
    const [stats, health] = await Promise.all(
      ['stats', 'health'].map((name) => call('GET', `/api/integration/bitrix24/${name}`)),
    );
    expect([stats?.body.data.held, health?.body.data.held]).to.deep.equal([8, 8]);
    expect(stats?.body.data.errors_count).to.equal(0);
    expect(world.lines.join('')).to.include('Придержано удалений: 8');
  });

  it('stay held when their records are edited, searched for or synchronised', async () => {
    const records = await fleet(8, onRemote('delete'));
    await purge(records);
    await call('PATCH', `/api/objects/${records[0]?.id}`, { name: 'Тронут' });
    await world.settled();
    await world.runJob('deletion_sweep', tenant);
    await world.settled();
    const run = await call('POST', '/api/integration/bitrix24/sync/from', { sync_objects: true, wait: true });
    expect(run.body.data.objects_synced).to.equal(0);
    const [stored] = await world.sql('select done, skipped from sync_runs');
    expect(stored).to.deep.equal({ done: 8, skipped: 8 });
    expect(await living()).to.deep.equal(idsOf(records));
    expect(await heldIds()).to.deep.equal(idsOf(records));
  });

  it('hold back single ones that follow, and let them pass when the hour is over', async () => {
    const records = await fleet(12, onRemote('delete'));
    const [next, later, ...lost] = records;
    await purge(lost);
    deals().delete(next?.dealId ?? 0);
    await world.settled();
    expect(await living()).to.deep.equal(idsOf(records));
    expect(await heldIds()).to.include(next?.id);
    await letAnHourPass();
    deals().delete(later?.dealId ?? 0);
    await world.settled();
    expect(await living()).to.deep.equal(idsOf(records).filter((id) => id !== later?.id));
    expect(await heldIds()).to.not.include(later?.id);
  });

  it('one after another: five pass, the sixth and all that follow are held, whichever side deletes', async () => {
    const records = await fleet(9, { ...onRemote('delete'), ...onLocal('delete') });
    for (const [index, record] of records.slice(0, 7).entries()) {
      if (index % 2 === 0) deals().delete(record.dealId);
      else await call('DELETE', `/api/objects/${record.id}`);
      await world.settled();
    }
    expect(await heldIds()).to.deep.equal(idsOf(records.slice(5, 7)));
    expect(deals().list()).to.have.length(3);
  });

  it('a share of five in a hundred passes, one more is held', async () => {
    const records = await fleet(160, onRemote('delete'));
    await purge(records.slice(0, 8));
    expect(await heldIds()).to.deep.equal([]);
    expect(await living()).to.have.length(152);
    await purge(records.slice(8, 9));
    expect(await heldIds()).to.deep.equal(idsOf(records.slice(8, 9)));
    expect(await living()).to.have.length(152);
  });

  it('more than one pass takes at once: none of them slips through', async function () {
    this.timeout(90_000);
    const records = await fleet(620, onRemote('delete'));
    await purge(records);
    expect(await living()).to.have.length(620);
    expect((await call('GET', `${address}?limit=1`)).body.data.pagination.total).to.equal(620);
    expect((await call('POST', `${address}/confirm`, { entity: 'object' })).body.data).to.deep.equal({
      confirmed: 620,
    });
    await world.settled(40_000);
    expect(await living()).to.deep.equal([]);
  });

  it('of the CRM: the deals stay until a person confirms, then all go', async () => {
    const records = await fleet(8, onLocal('delete'));
    await removeObjects(records);
    expect(deals().list()).to.have.length(8);
    expect(await heldIds()).to.deep.equal(idsOf(records));
    expect((await held('&entity=user')).length).to.equal(0);
    expect((await call('POST', `${address}/confirm`, {})).body.data).to.deep.equal({ confirmed: 8 });
    await world.settled();
    expect(deals().list()).to.deep.equal([]);
    expect(await heldIds()).to.deep.equal([]);
    const lines = await linesOf(records[0]?.id ?? 0);
    expect(lines).to.deep.include({ operation: 'confirm', actor: 'tester' });
    expect((await held('&state=confirmed')).length).to.equal(8);
    // What a person confirmed says nothing about what is deleted by mistake.
    const [another] = await fleet(1, onLocal('delete')).then((all) => all.slice(-1));
    await removeObjects([another as { id: number }]);
    expect(deals().list()).to.deep.equal([]);
  });

  it('of the CRM, put back: the objects are there again, linked to their deals', async () => {
    const records = await fleet(8, onLocal('delete'));
    await removeObjects(records);
    const [first] = await held();
    const answer = await call('POST', `${address}/${first.id}/restore`, {});
    expect(answer.body.data).to.include({ state: 'restored', decided_by: 'tester' });
    expect(await living()).to.deep.equal([first.local_id]);
    expect((await call('POST', `${address}/restore`, {})).body.data).to.deep.equal({ restored: 7, failed: [] });
    await world.settled();
    expect(await living()).to.deep.equal(idsOf(records));
    await call('PATCH', `/api/objects/${first.local_id}`, { name: 'Снова в работе' });
    await world.settled();
    expect(deals().get(Number(first.bitrix24_id)).TITLE).to.equal('Снова в работе');
    expect(deals().list()).to.have.length(8);
    for (const decision of ['confirm', 'restore']) {
      expectRefusal(
        await call('POST', `${address}/${first.id}/${decision}`, decision === 'restore' ? {} : undefined),
        409,
        'already_decided',
      );
    }
  });

  it('of the CRM, closing: none is closed until a person confirms one', async () => {
    await fleet(8, onLocal('close'));
    await removeObjects(await world.sql('select id from objects'));
    expect(
      new Set(
        deals()
          .list()
          .map((deal) => deal.STAGE_ID),
      ),
    ).to.deep.equal(new Set(['NEW']));
    const [first] = await held();
    expect(first.action).to.equal('close_remote');
    expect((await call('POST', `${address}/${first.id}/confirm`)).status).to.equal(200);
    await world.settled();
    expect(deals().get(Number(first.bitrix24_id)).STAGE_ID).to.equal('LOSE');
    expect((await held()).length).to.equal(7);
  });

  it('that a person confirms one by one: each is deleted, the others wait', async () => {
    const records = await fleet(8, onRemote('delete'));
    await purge(records);
    const [first] = await held();
    await call('POST', `${address}/${first.id}/confirm`);
    await world.settled();
    expect(await living()).to.deep.equal(idsOf(records).filter((id) => id !== first.local_id));
    expect((await held()).length).to.equal(7);
    expectRefusal(await call('POST', `${address}/999999/confirm`), 404, 'not_found');
  });

  it('are confirmed, but only what the portal has really lost is deleted', async () => {
    const [kept, ...others] = await fleet(8, onRemote('delete'));
    await purge([...others]);
    await world.sql(
      `insert into sync_held (tenant_id, entity, local_id, bitrix24_id, action) values ($1, 'object', $2, $3, 'delete_local')`,
      [tenant.id, kept?.id, kept?.dealId],
    );
    await call('POST', `${address}/confirm`, {});
    await world.settled();
    expect(await living()).to.deep.equal([kept?.id]);
  });

  it('put back after a purge: the objects stay without deals, or get new ones', async () => {
    const records = await fleet(8, onRemote('delete'));
    await purge(records);
    const [first, second, third] = await held();
    await call('POST', `${address}/${first.id}/restore`, {});
    await call('POST', `${address}/${second.id}/restore`, { recreate: true });
    await world.settled();
    expect(await stateOf(first.local_id)).to.equal('orphaned');
    expect(await stateOf(second.local_id)).to.equal('linked');
    expect(
      deals()
        .list()
        .map((deal) => deal.TITLE),
    ).to.deep.equal([second.name]);
    const answer = await call('POST', `${address}/restore`, { entity: 'object', recreate: true });
    expect(answer.body.data.restored).to.equal(6);
    await world.settled();
    expect(deals().list()).to.have.length(7);
    expect(await stateOf(third.local_id)).to.equal('linked');
    expect(await linesOf(third.local_id)).to.deep.include({ operation: 'restore', actor: 'tester' });
    expect(await living()).to.deep.equal(idsOf(records));
  });

  it('of a policy that creates anew: no second fleet of deals until a person confirms', async () => {
    const records = await fleet(8, onRemote('recreate'));
    await purge(records);
    expect(deals().list()).to.deep.equal([]);
    expect((await held())[0].action).to.equal('create_remote');
    await call('POST', `${address}/confirm`, {});
    await world.settled();
    expect(deals().list()).to.have.length(8);
    expect(await heldIds()).to.deep.equal([]);
  });

  it('end by themselves when the record is there again', async () => {
    const records = await fleet(8, onLocal('delete'));
    await removeObjects(records);
    await call('POST', `/api/objects/${records[0]?.id}/restore`);
    await world.settled();
    expect(await heldIds()).to.deep.equal(idsOf(records.slice(1)));
    expect(await linesOf(records[0]?.id ?? 0)).to.deep.include({ operation: 'hold_ended', actor: null });
    expect((await held('&state=restored'))[0]).to.include({ local_id: records[0]?.id, decided_by: null });
  });

  it('a confirmation is for one deletion: what comes back and goes again in a crowd is asked about anew', async () => {
    const records = await fleet(8, onLocal('close'));
    await removeObjects(records);
    await call('POST', `${address}/confirm`, {});
    await world.settled();
    for (const { id } of records) await call('POST', `/api/objects/${id}/restore`);
    await world.settled();
    await removeObjects(records);
    expect(await heldIds()).to.deep.equal(idsOf(records));
  });

  it('under a policy that keeps: nothing is lost, so nothing is held', async () => {
    const records = await fleet(8, {});
    await purge(records);
    for (const { id } of records) expect(await stateOf(id)).to.equal('orphaned');
    expect(await heldIds()).to.deep.equal([]);
  });

  it('put back where a number was taken meanwhile: that one waits, the others are back', async () => {
    const records = await fleet(8, onLocal('delete'));
    await world.sql(`update objects set imei = '356938035643809' where id = $1`, [records[3]?.id]);
    await world.settled();
    await removeObjects(records);
    await call('POST', '/api/objects', { name: 'Занял', imei: '356938035643809' });
    const answer = await call('POST', `${address}/restore`, {});
    expect(answer.body.data).to.deep.include({ restored: 7 });
    expect(answer.body.data.failed[0]).to.include({ code: 'value_taken' });
    const [left] = await held();
    expect(left.local_id).to.equal(records[3]?.id);
    expectRefusal(await call('POST', `${address}/${left.id}/restore`, {}), 409, 'value_taken');
    await eventually(async () => expect((await held()).length).to.equal(1));
  });

  it('of rows that another program removed outright: put back, their deals stay without a link', async () => {
    const records = await fleet(8, onLocal('delete'));
    await world.sql('delete from objects where id = any($1)', [idsOf(records)]);
    await world.settled();
    expect((await held())[0]).to.include({ name: 'Объект 8' });
    await call('POST', `${address}/restore`, {});
    await world.settled();
    expect(deals().list()).to.have.length(8);
    expect(await stateOf(records[0]?.id ?? 0)).to.equal('unlinked');
  });
});
