import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('while a create has no answer', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');
  const ofOrigin = (id: number) =>
    deals()
      .list()
      .filter((deal) => String(deal.ORIGIN_ID).endsWith(`:${tenant.id}:object:${id}`));

  before(async () => {
    // Long enough for everything that happens while the portal may still be at work.
    world = await startWorld({ timings: { uncertainWaitMs: 1200 } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_local_delete: { object: 'delete' },
      on_bitrix24_delete: { object: 'recreate' },
    });
  });
  after(() => world.stop());
  afterEach(() => {
    world.portal.faults.clear();
    world.portal.events.faults.lossRate = 0;
  });

  /** The next create is done by the portal, which tells nobody: its answer and its events are lost. */
  function loseAnswer(): void {
    world.portal.events.faults.lossRate = 1;
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.add'),
      times: 1,
      action: { kind: 'dropAfter' },
    });
  }

  /** An object whose deal was deleted by people, and made again without an answer. */
  async function recreatedUnanswered(name: string): Promise<{ id: number; dealId: number }> {
    const made = await objectWithDeal(world, tenant, name);
    // The portal tells the time of a creation in whole seconds: made again in the same one, a deal would look like its former one taken back.
    const madeAt = Date.parse(String(deals().get(made.dealId)?.DATE_CREATE));
    await eventually(() => Date.now() >= madeAt + 1000);
    deals().delete(made.dealId);
    await world.portal.events.settled();
    loseAnswer();
    await eventually(() => ofOrigin(made.id).length === 1 && Number(ofOrigin(made.id)[0]?.ID) !== made.dealId);
    return made;
  }

  it('a deal that is made again is not made a third time by an edit of its object', async () => {
    const { id } = await recreatedUnanswered('Снова');
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Снова и с правкой' });
    await world.settled();
    expect(ofOrigin(id).map(({ TITLE }) => TITLE)).to.deep.equal(['Снова и с правкой']);
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Снова и с правкой' });
  });

  it('nor by a second notice of the deletion', async () => {
    const { id, dealId } = await recreatedUnanswered('Дважды удалён');
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, reason) values ($1, 'object', 'bitrix24', $2, 'deleted')
       on conflict (tenant_id, entity, side, record_id) do update set changes = sync_queue.changes + 1, due_at = now()`,
      [tenant.id, dealId],
    );
    await world.sql(`select pg_notify('axenta_sync', $1)`, [String(tenant.id)]);
    await world.settled();
    expect(ofOrigin(id)).to.have.length(1);
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(Number(ofOrigin(id)[0]?.ID));
  });

  it('a deal that people take back meanwhile is their former one: what the CRM changed since goes to it', async () => {
    const made = await objectWithDeal(world, tenant, 'Возвращён');
    // Neither the deletion nor the taking back is told, and the create that follows never reaches the portal.
    world.portal.events.faults.lossRate = 1;
    let isAsked = false;
    world.portal.faults.add({
      method: 'batch',
      when(params) {
        if (!JSON.stringify(params).includes('crm.item.add')) return false;
        isAsked = true;
        return true;
      },
      times: 1,
      action: { kind: 'dropBefore' },
    });
    deals().delete(made.dealId);
    await world.sql(`update objects set description = 'Новое описание' where id = $1`, [made.id]);
    await eventually(() => isAsked);
    const again = world.portal.recycleBin.restore('deal', made.dealId, { event: 'lost' });
    await world.settled();
    expect(ofOrigin(made.id).map(({ ID }) => Number(ID))).to.deep.equal([again]);
    expect((await world.remoteOf(tenant, 'object', made.id)).COMMENTS).to.match(/^Новое описание/);
    expect(await world.sql('select description from objects where id = $1', [made.id])).to.deep.equal([
      { description: 'Новое описание' },
    ]);
  });

  it('an object that is deleted takes the deal with it, as its policy says', async () => {
    loseAnswer();
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Недолгий' });
    const id = body.data.id as number;
    await eventually(() => ofOrigin(id).length === 1);
    await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
    await world.settled();
    expect(ofOrigin(id)).to.deep.equal([]);
  });

  it('and so does one whose deal was being made again', async () => {
    const { id } = await recreatedUnanswered('Снова недолгий');
    await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
    await world.settled();
    expect(ofOrigin(id)).to.deep.equal([]);
    const [mapping] = await world.sql(`select state from bitrix24_sync_mappings where local_id = $1`, [id]);
    expect(mapping?.state).to.not.equal('linked');
  });

  it('an object that is deleted before its deal, found again, could be linked takes the deal with it, whichever is looked at first', async () => {
    // An hour of its own: too many removals at once would be held.
    await world.sql('delete from sync_removals');
    loseAnswer();
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Найденный' });
    const id = body.data.id as number;
    await eventually(() => ofOrigin(id).length === 1);
    const queued = async () =>
      (
        await world.sql<{ marked: boolean; attempts: number }>(
          `select create_sent_at is not null as marked, attempts from sync_queue where record_id = $1 and side = 'local'`,
          [id],
        )
      )[0];
    world.portal.faults.add({
      method: 'batch',
      when: (params) => JSON.stringify(params).includes('crm.item.update'),
      action: { kind: 'dropBefore' },
    });
    await world.call(tenant.token, 'PATCH', `/api/objects/${id}`, { name: 'Найденный и названный' });
    await eventually(async () => {
      const [error] = await world.sql('select operation from integration_errors where local_id = $1', [id]);
      expect(error).to.deep.equal({ operation: 'link_deal' });
    });
    expect(await queued()).to.include({ marked: true });
    // The mark may be lost with its row; the row itself waits.
    await world.sql(
      `with later as (update sync_queue set due_at = now() + interval '1 hour', create_sent_at = null where record_id = $1 and side = 'local')
       update objects set deleted_at = now() where id = $1`,
      [id],
    );
    await world.sql(
      `update sync_queue set due_at = now() + interval '1 hour' where record_id = $1 and side = 'local'`,
      [id],
    );
    world.portal.faults.clear();
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, reason) values ($1, 'object', 'bitrix24', $2, 'sweep')`,
      [tenant.id, ofOrigin(id)[0]?.ID],
    );
    await world.sql(`select pg_notify('axenta_sync', $1)`, [String(tenant.id)]);
    await eventually(() => ofOrigin(id).length === 0);
    await world.sql('update sync_queue set due_at = now() where record_id = $1', [id]);
    await world.settled();
    expect(ofOrigin(id)).to.deep.equal([]);
  });

  it('with the policy to keep, the deal stays and is linked again when the object is restored', async () => {
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_local_delete: { object: 'keep' },
    });
    loseAnswer();
    const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name: 'Оставленный' });
    const id = body.data.id as number;
    await eventually(() => ofOrigin(id).length === 1);
    await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
    await world.settled();
    expect(ofOrigin(id)).to.have.length(1);
    await world.sql('update objects set deleted_at = null where id = $1', [id]);
    await world.settled();
    expect(ofOrigin(id)).to.have.length(1);
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(Number(ofOrigin(id)[0]?.ID));
  });
});
