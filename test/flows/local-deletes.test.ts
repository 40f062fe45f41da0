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

  for (const stage of ['WON', 'APOLOGY']) {
    it(`policy close: a deal that is ${stage} already keeps its outcome`, async () => {
      const { id, dealId } = await objectWithDeal(world, tenant, `Итог ${stage}`);
      world.portal.records('deal').update(dealId, { STAGE_ID: stage });
      await world.settled();
      world.portal.journal.clear();
      await deleteWithPolicy(id, 'close');
      expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: stage });
      expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
      const [line] = await world.sql('select operation, changes from sync_log where local_id = $1 order by id desc', [
        id,
      ]);
      expect(line).to.deep.equal({ operation: 'unlink', changes: { stage: { before: stage, after: stage } } });
    });
  }

  it('policy close, then restored: the deal goes back into the stage it came from', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Вернётся в работу');
    world.portal.records('deal').update(dealId, { STAGE_ID: 'EXECUTING' });
    await world.settled();
    for (let round = 0; round < 2; round += 1) {
      await deleteWithPolicy(id, 'close');
      expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: 'LOSE' });
      expect((await world.call(tenant.token, 'POST', `/api/objects/${id}/restore`)).status).to.equal(200);
      await world.settled();
      expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: 'EXECUTING' });
      expect(await lastLine('object', id)).to.deep.equal({ operation: 'reopen', direction: 'to_bitrix' });
    }
    world.portal.records('deal').update(dealId, { STAGE_ID: 'LOSE' });
    await world.call(tenant.token, 'PATCH', `/api/objects/${id}`, { name: 'Закрыта людьми' });
    await world.settled();
    expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: 'LOSE', TITLE: 'Закрыта людьми' });
  });

  it('policy close, moved by people, then restored: the deal stays where they put it, and the log tells', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Решено людьми');
    await deleteWithPolicy(id, 'close');
    world.portal.records('deal').update(dealId, { STAGE_ID: 'APOLOGY' });
    await world.settled();
    await world.call(tenant.token, 'POST', `/api/objects/${id}/restore`);
    await world.settled();
    expect(world.portal.records('deal').get(dealId)).to.include({ STAGE_ID: 'APOLOGY' });
    expect(await lastLine('object', id)).to.deep.equal({ operation: 'stay_closed', direction: 'to_bitrix' });
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
