import { expect } from 'chai';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a record deleted in the CRM', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  async function deleteWithPolicy(id: number, policy: string): Promise<void> {
    const answer = await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_local_delete: { object: policy, user: policy, contract: policy },
    });
    expect(answer.status).to.equal(200);
    await world.call(tenant.token, 'DELETE', `/api/objects/${id}`);
    await world.settled();
  }

  const lastLine = async (entity: string, id: number) =>
    (
      await world.sql(
        'select operation, direction from sync_log where entity = $1 and local_id = $2 order by id desc limit 1',
        [entity, id],
      )
    )[0];

  it('policy keep: the deal stays as it is, without a link', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Оставить');
    world.portal.journal.clear();
    await deleteWithPolicy(id, 'keep');
    expect(world.portal.records('deal').get(dealId)).to.include({ TITLE: 'Оставить', STAGE_ID: 'NEW' });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    expect(await lastLine('object', id)).to.deep.equal({ operation: 'unlink', direction: 'to_bitrix' });
  });

  it('policy close: the deal goes to the first lost stage, once', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Закрыть');
    await deleteWithPolicy(id, 'close');
    expect(world.portal.records('deal').get(dealId)).to.include({ TITLE: 'Закрыть', STAGE_ID: 'LOSE' });
    expect(await lastLine('object', id)).to.deep.equal({ operation: 'close', direction: 'to_bitrix' });
    world.portal.journal.clear();
    world.portal.records('deal').update(dealId, { OPPORTUNITY: 100 });
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
  });

  it('policy delete: the deal goes too, and its own event changes nothing any more', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Удалить');
    await deleteWithPolicy(id, 'delete');
    expect(world.portal.store.get('deal', dealId)).to.equal(undefined);
    const operations = await world.sql('select operation from sync_log where local_id = $1 order by id', [id]);
    expect(operations.map((row) => row.operation)).to.deep.equal(['create', 'delete', 'forget']);
    expect(await world.sql('select 1 from bitrix24_sync_mappings where local_id = $1', [id])).to.deep.equal([]);
  });

  it('policy close: a contact has no stages, so it is unlinked', async () => {
    const { body } = await world.call(tenant.token, 'POST', '/api/users', { name: 'Пётр', email: 'petr@mail.example' });
    await world.settled();
    const contact = await world.remoteOf(tenant, 'user', body.data.id);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { on_local_delete: { user: 'close' } });
    await world.call(tenant.token, 'DELETE', `/api/users/${body.data.id}`);
    await world.settled();
    expect(world.portal.records('contact').get(Number(contact.ID))).to.include({ NAME: 'Пётр' });
    expect(await lastLine('user', body.data.id)).to.deep.equal({ operation: 'unlink', direction: 'to_bitrix' });
  });

  it('a row that another program removes outright counts as deleted', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Стёрт');
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_local_delete: { object: 'delete' },
    });
    await world.sql('delete from objects where id = $1', [id]);
    await world.settled();
    expect(world.portal.store.get('deal', dealId)).to.equal(undefined);
  });

  it('and restored: linked again to the deal that stayed, edits of the meantime included', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Вернётся');
    await deleteWithPolicy(id, 'keep');
    world.portal.records('deal').update(dealId, { TITLE: 'Вернётся другим' });
    await world.settled();
    await world.sql('update objects set deleted_at = null where id = $1', [id]);
    await world.settled();
    const [object] = await world.sql('select name from objects where id = $1', [id]);
    expect(object).to.deep.equal({ name: 'Вернётся другим' });
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(dealId);
  });
});
