import { expect } from 'chai';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a deal that was copied together with its origin, when the first one is deleted', () => {
  let world: World;
  let tenant: Tenant;
  let objectId: number;
  let dealId: number;
  let copyId: number;
  const deals = () => world.portal.records('deal');
  const errors = async () =>
    (await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed')).body.data.items;
  const mapping = async () =>
    (
      await world.sql(
        'select bitrix24_id::integer as deal, state from bitrix24_sync_mappings where local_type = $1 and local_id = $2',
        ['object', objectId],
      )
    )[0];
  const nameOf = async () => (await world.sql('select name from objects where id = $1', [objectId]))[0]?.name;

  async function copyAndDelete(name: string): Promise<void> {
    ({ id: objectId, dealId } = await objectWithDeal(world, tenant, name));
    const { ORIGINATOR_ID, ORIGIN_ID } = deals().get(dealId);
    // Times of creation count whole seconds.
    world.portal.clock.aheadMs += 60_000;
    copyId = Number(deals().create({ TITLE: 'Копия', ORIGINATOR_ID, ORIGIN_ID }).ID);
    await world.settled();
    deals().delete(dealId);
    await world.settled();
    deals().update(copyId, { TITLE: 'Копия для другой машины' });
    await world.settled();
  }

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await copyAndDelete('Оригинал');
  });
  after(() => world.stop());

  it('the copy does not take its place: nothing is overwritten, and a person is asked', async () => {
    expect(await nameOf()).to.equal('Оригинал');
    expect(deals().get(copyId)).to.include({ TITLE: 'Копия для другой машины' });
    expect(await mapping()).to.deep.equal({ deal: dealId, state: 'orphaned' });
    const open = await errors();
    expect(open).to.have.length(1);
    expect(open[0]).to.include({ code: 'copy_of_deleted', external_id: String(copyId) });
    expect(open[0].message).to.include(String(copyId)).and.include(String(objectId));
  });

  it('an edit of the object does not change that either', async () => {
    await world.call(tenant.token, 'PUT', `/api/objects/${objectId}`, { description: 'Ждёт ответа' });
    await world.settled();
    expect(deals().get(copyId)).to.include({ TITLE: 'Копия для другой машины', COMMENTS: null });
    expect(await errors()).to.have.length(1);
  });

  it('is linked when a person says so, and the question is answered', async () => {
    const link = `/api/integration/bitrix24/cards/deal/${copyId}/link`;
    const linked = await world.call(tenant.token, 'POST', link, { local_id: objectId });
    expect(linked.status).to.equal(200);
    await world.settled();
    expect(await mapping()).to.deep.equal({ deal: copyId, state: 'linked' });
    expect(await errors()).to.deep.equal([]);
  });

  it('is asked about too when the pair was unlinked before: no third deal is made', async () => {
    const { id, dealId: first } = await objectWithDeal(world, tenant, 'Развязан и удалён');
    const { ORIGINATOR_ID, ORIGIN_ID } = deals().get(first);
    world.portal.clock.aheadMs += 60_000;
    const copy = Number(deals().create({ TITLE: 'Ещё копия', ORIGINATOR_ID, ORIGIN_ID }).ID);
    await world.settled();
    const [row] = await world.sql('select id from bitrix24_sync_mappings where local_type = $1 and local_id = $2', [
      'object',
      id,
    ]);
    await world.call(tenant.token, 'DELETE', `/api/integration/bitrix24/mappings/${row?.id}`);
    deals().delete(first);
    await world.settled();
    const before = deals().list().length;
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Изменён' });
    await world.settled();
    expect(deals().list()).to.have.length(before);
    expect(deals().get(copy)).to.include({ TITLE: 'Ещё копия' });
    const [open] = await errors();
    expect(open).to.include({ code: 'copy_of_deleted', external_id: String(copy) });
    deals().delete(copy);
    await world.settled();
    expect(await errors()).to.deep.equal([]);
  });

  it('what comes back from the recycle bin is linked by itself, also where the time of creation was not remembered', async () => {
    const { id, dealId: first } = await objectWithDeal(world, tenant, 'Из корзины');
    await world.sql('update bitrix24_sync_mappings set bitrix24_created_at = null where bitrix24_id = $1', [
      String(first),
    ]);
    await world.sql(
      `update bitrix24_sync_mappings set created_at = created_at + interval '1 hour' where bitrix24_id = $1`,
      [String(first)],
    );
    deals().delete(first);
    await world.settled();
    const again = world.portal.recycleBin.restore('deal', first, { event: 'told' });
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(again);
  });
});
