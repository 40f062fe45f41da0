import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Fleet, idsOf, makeFleet, onLocal, onRemote } from '../support/fleet.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/held';

describe('held deletions that a person decides about', () => {
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

  it('of the CRM: the deals stay until a person confirms, then all go', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await fleet.deleteObjects(records);
    expect(deals().list()).to.have.length(8);
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records));
    expect((await fleet.listHeld('&entity=user')).length).to.equal(0);
    expect((await fleet.call('POST', `${address}/confirm`, {})).body.data).to.deep.equal({ confirmed: 8 });
    await world.settled();
    expect(deals().list()).to.deep.equal([]);
    expect(await fleet.heldIds()).to.deep.equal([]);
    const lines = await fleet.linesOf(records[0]?.id ?? 0);
    expect(lines).to.deep.include({ operation: 'confirm', actor: 'tester' });
    expect((await fleet.listHeld('&state=confirmed')).length).to.equal(8);
    // What a person confirmed says nothing about what is deleted by mistake.
    const [another] = await fleet.add(1, onLocal('delete')).then((all) => all.slice(-1));
    await fleet.deleteObjects(another ? [another] : []);
    expect(deals().list()).to.deep.equal([]);
  });

  for (const decision of ['confirm', 'restore'] as const) {
    it(`of the CRM, while the creates of their deals have no answer: ${decision}`, async () => {
      await fleet.call('PUT', '/api/integration/bitrix24/settings', onLocal('delete'));
      world.portal.faults.add({
        method: 'batch',
        when: (params) => JSON.stringify(params).includes('crm.item.add'),
        times: 1,
        action: { kind: 'dropAfter' },
      });
      await world.sql(
        `insert into objects (tenant_id, name) select ${tenant.id}, 'Без ответа ' || n from generate_series(1, 8) n`,
      );
      await eventually(() => deals().list().length === 8);
      await world.sql('update objects set deleted_at = now()');
      await world.settled();
      expect(await fleet.heldIds()).to.have.length(8);
      await fleet.call('POST', `${address}/${decision}`, {});
      await world.settled();
      expect(await fleet.heldIds()).to.deep.equal([]);
      expect(deals().list()).to.have.length(decision === 'confirm' ? 0 : 8);
      if (decision === 'confirm') return;
      await world.sql(`update objects set name = 'Снова в работе'`);
      await world.settled();
      expect(
        new Set(
          deals()
            .list()
            .map(({ TITLE }) => TITLE),
        ),
      ).to.deep.equal(new Set(['Снова в работе']));
      expect(deals().list()).to.have.length(8);
    });
  }

  it('of the CRM, put back: the objects are there again, linked to their deals', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await fleet.deleteObjects(records);
    const [first] = await fleet.listHeld();
    const answer = await fleet.call('POST', `${address}/${first.id}/restore`, {});
    expect(answer.body.data).to.include({ state: 'restored', decided_by: 'tester' });
    expect(await fleet.livingIds()).to.deep.equal([first.local_id]);
    expect((await fleet.call('POST', `${address}/restore`, {})).body.data).to.deep.equal({ restored: 7, failed: [] });
    await world.settled();
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records));
    await fleet.call('PATCH', `/api/objects/${first.local_id}`, { name: 'Снова в работе' });
    await world.settled();
    expect(deals().get(Number(first.bitrix24_id)).TITLE).to.equal('Снова в работе');
    expect(deals().list()).to.have.length(8);
    for (const decision of ['confirm', 'restore']) {
      expectRefusal(
        await fleet.call('POST', `${address}/${first.id}/${decision}`, decision === 'restore' ? {} : undefined),
        409,
        'already_decided',
      );
    }
  });

  it('of the CRM, closing: none is closed until a person confirms one', async () => {
    const records = await fleet.add(8, onLocal('close'));
    await fleet.deleteObjects(records);
    expect(
      new Set(
        deals()
          .list()
          .map((deal) => deal.STAGE_ID),
      ),
    ).to.deep.equal(new Set(['NEW']));
    const [first] = await fleet.listHeld();
    expect(first.action).to.equal('close_remote');
    expect((await fleet.call('POST', `${address}/${first.id}/confirm`)).status).to.equal(200);
    await world.settled();
    expect(deals().get(Number(first.bitrix24_id)).STAGE_ID).to.equal('LOSE');
    expect((await fleet.listHeld()).length).to.equal(7);
  });

  it('that a person confirms one by one: each is deleted, the others wait', async () => {
    const records = await fleet.add(8, onRemote('delete'));
    await fleet.loseDeals(records);
    const [first] = await fleet.listHeld();
    await fleet.call('POST', `${address}/${first.id}/confirm`);
    await world.settled();
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records).filter((id) => id !== first.local_id));
    expect((await fleet.listHeld()).length).to.equal(7);
    expectRefusal(await fleet.call('POST', `${address}/999999/confirm`), 404, 'not_found');
  });

  it('are confirmed, but only what the portal has really lost is deleted', async () => {
    const [kept, ...others] = await fleet.add(8, onRemote('delete'));
    await fleet.loseDeals([...others]);
    await world.sql(
      `insert into sync_held (tenant_id, entity, local_id, bitrix24_id, action) values ($1, 'object', $2, $3, 'delete_local')`,
      [tenant.id, kept?.id, kept?.dealId],
    );
    await fleet.call('POST', `${address}/confirm`, {});
    await world.settled();
    expect(await fleet.livingIds()).to.deep.equal([kept?.id]);
  });

  it('put back after a purge: the objects stay without deals, or get new ones', async () => {
    const records = await fleet.add(8, onRemote('delete'));
    await fleet.loseDeals(records);
    const [first, second, third] = await fleet.listHeld();
    await fleet.call('POST', `${address}/${first.id}/restore`, {});
    await fleet.call('POST', `${address}/${second.id}/restore`, { recreate: true });
    await world.settled();
    expect(await fleet.stateOf(first.local_id)).to.equal('orphaned');
    expect(await fleet.stateOf(second.local_id)).to.equal('linked');
    expect(
      deals()
        .list()
        .map((deal) => deal.TITLE),
    ).to.deep.equal([second.name]);
    const answer = await fleet.call('POST', `${address}/restore`, { entity: 'object', recreate: true });
    expect(answer.body.data.restored).to.equal(6);
    await world.settled();
    expect(deals().list()).to.have.length(7);
    expect(await fleet.stateOf(third.local_id)).to.equal('linked');
    expect(await fleet.linesOf(third.local_id)).to.deep.include({ operation: 'restore', actor: 'tester' });
    expect(await fleet.livingIds()).to.deep.equal(idsOf(records));
  });

  it('of a policy that creates anew: no second fleet of deals until a person confirms', async () => {
    const records = await fleet.add(8, onRemote('recreate'));
    await fleet.loseDeals(records);
    expect(deals().list()).to.deep.equal([]);
    expect((await fleet.listHeld())[0].action).to.equal('create_remote');
    await fleet.call('POST', `${address}/confirm`, {});
    await world.settled();
    expect(deals().list()).to.have.length(8);
    expect(await fleet.heldIds()).to.deep.equal([]);
  });

  it('a new deal is asked for while the former one is back from the recycle bin: that one is linked again', async () => {
    const records = await fleet.add(8, onRemote('recreate'));
    await fleet.loseDeals(records);
    const back = records.map(({ dealId }) => world.portal.recycleBin.restore('deal', dealId, { event: 'lost' }));
    await fleet.call('POST', `${address}/restore`, { recreate: true });
    await world.settled();
    expect(
      deals()
        .list()
        .map(({ ID }) => Number(ID)),
    ).to.have.members(back);
    expect(await Promise.all(records.map(({ id }) => fleet.stateOf(id)))).to.deep.equal(records.map(() => 'linked'));
  });

  it('a confirmation is for one deletion: what comes back and goes again in a crowd is asked about anew', async () => {
    const records = await fleet.add(8, onLocal('close'));
    await fleet.deleteObjects(records);
    await fleet.call('POST', `${address}/confirm`, {});
    await world.settled();
    for (const { id } of records) await fleet.call('POST', `/api/objects/${id}/restore`);
    await world.settled();
    await fleet.deleteObjects(records);
    expect(await fleet.heldIds()).to.deep.equal(idsOf(records));
  });

  it('put back where a number was taken meanwhile: that one waits, the others are back', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await world.sql(`update objects set imei = '356938035643809' where id = $1`, [records[3]?.id]);
    await world.settled();
    await fleet.deleteObjects(records);
    await fleet.call('POST', '/api/objects', { name: 'Занял', imei: '356938035643809' });
    const answer = await fleet.call('POST', `${address}/restore`, {});
    expect(answer.body.data).to.deep.include({ restored: 7 });
    expect(answer.body.data.failed[0]).to.include({ code: 'value_taken' });
    const [left] = await fleet.listHeld();
    expect(left.local_id).to.equal(records[3]?.id);
    expectRefusal(await fleet.call('POST', `${address}/${left.id}/restore`, {}), 409, 'value_taken');
    expect((await fleet.listHeld()).length).to.equal(1);
  });

  it('of rows that another program removed outright: put back, their deals stay without a link', async () => {
    const records = await fleet.add(8, onLocal('delete'));
    await world.sql('delete from objects where id = any($1)', [idsOf(records)]);
    await world.settled();
    expect((await fleet.listHeld())[0]).to.include({ name: 'Объект 8' });
    await fleet.call('POST', `${address}/restore`, {});
    await world.settled();
    expect(deals().list()).to.have.length(8);
    expect(await fleet.stateOf(records[0]?.id ?? 0)).to.equal('unlinked');
  });
});
