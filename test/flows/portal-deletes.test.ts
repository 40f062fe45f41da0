import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a record deleted in Bitrix24', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const choose = (policy: string) =>
    world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { on_bitrix24_delete: { object: policy } });

  const stateOf = async (id: number) =>
    (await world.sql('select state from bitrix24_sync_mappings where local_id = $1', [id]))[0]?.state;

  const operationsOf = async (id: number) =>
    (await world.sql('select operation from sync_log where local_id = $1 order by id', [id])).map(
      (row) => row.operation,
    );

  it('policy keep: the object stays, the mapping is marked, and no edit makes a second deal', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Остаётся');
    deals().delete(dealId);
    await world.settled();
    expect(await stateOf(id)).to.equal('orphaned');
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Остаётся и меняется' });
    await world.settled();
    expect(deals().list()).to.deep.equal([]);
    expect(await operationsOf(id)).to.deep.equal(['create', 'orphan']);
  });

  it('an error that passed by itself ends with the next look, one that a person is to see stays', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Без сделки');
    deals().delete(dealId);
    await world.settled();
    const fail = (status: string, code: string) =>
      world.sql(
        `insert into integration_errors (tenant_id, operation, local_type, local_id, external_id, kind, code, message, retryable, status)
         values ($1, 'sync_deal', 'object', $3, $4, 'network', $2, '', true, $5)`,
        [tenant.id, code, id, String(dealId), status],
      );
    await fail('pending', 'portal_unreachable');
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Без сделки и с правкой' });
    await world.settled();
    await fail('failed', 'access_denied');
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Ещё правка' });
    await world.settled();
    expect(
      await world.sql('select code, status from integration_errors where local_id = $1 order by id', [id]),
    ).to.deep.equal([
      { code: 'portal_unreachable', status: 'resolved' },
      { code: 'access_denied', status: 'failed' },
    ]);
    await world.sql('delete from integration_errors');
  });

  it('policy recreate: a new deal, linked to the same object', async () => {
    await choose('recreate');
    const { id, dealId } = await objectWithDeal(world, tenant, 'Снова');
    deals().delete(dealId);
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', id);
    expect(Number(deal.ID)).to.be.above(dealId);
    expect(deal).to.include({ TITLE: 'Снова' });
    expect(String(deal.ORIGIN_ID).endsWith(`:${tenant.id}:object:${id}`)).to.equal(true);
    expect(await stateOf(id)).to.equal('linked');
    expect(await operationsOf(id)).to.deep.equal(['create', 'recreate']);
  });

  it('policy delete: the object is deleted softly', async () => {
    await choose('delete');
    const { id, dealId } = await objectWithDeal(world, tenant, 'Вслед');
    deals().delete(dealId);
    await world.settled();
    const [object] = await world.sql('select deleted_at is not null as deleted from objects where id = $1', [id]);
    expect(object).to.deep.equal({ deleted: true });
    expect(await operationsOf(id)).to.deep.equal(['create', 'delete']);
  });

  it('is found by the nightly comparison when the event was lost', async () => {
    await choose('keep');
    const { id, dealId } = await objectWithDeal(world, tenant, 'Без события');
    world.portal.events.faults.lossRate = 1;
    deals().delete(dealId);
    world.portal.events.faults.lossRate = 0;
    await world.settled();
    expect(await stateOf(id)).to.equal('linked');
    await world.runJob('deletion_sweep', tenant);
    await eventually(async () => expect(await stateOf(id)).to.equal('orphaned'));
    expect(await operationsOf(id)).to.deep.equal(['create', 'orphan']);
  });

  it('while our own edit was under way: the policy decides, nobody is charged', async () => {
    await choose('keep');
    const { id, dealId } = await objectWithDeal(world, tenant, 'Гонка');
    world.portal.faults.add({
      method: 'crm.item.update',
      times: 1,
      action: { kind: 'refuse', status: 400, error: 'NOT_FOUND', description: 'Элемент не найден' },
    });
    world.portal.events.faults.lossRate = 1;
    deals().delete(dealId);
    world.portal.events.faults.lossRate = 0;
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Гонка проиграна' });
    await world.settled();
    expect(await stateOf(id)).to.equal('orphaned');
    expect(await world.sql(`select 1 from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
  });
});
