import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const errors = '/api/integration/errors';
const address = '/api/integration/bitrix24';

describe('records that the portal refuses', () => {
  let world: World;
  let tenant: Tenant;

  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const listed = async (query = '') => (await call('GET', `${errors}${query}`)).body.data;
  /** Refuses deals whose title has these words, for good. */
  const refuse = (words: string, error: string) =>
    world.portal.faults.add({
      method: 'crm.item.add',
      when: (params) => JSON.stringify(params).includes(words),
      action: { kind: 'refuse', status: 400, error, description: `Не принято: ${words}` },
    });
  const waitForFailed = (count: number) => eventually(async () => (await listed('?status=failed')).total === count);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connect(tenant);
    refuse('плохой', 'CRM_FIELD_ERROR_VALUE_NOT_VALID');
    refuse('запретный', 'CRM_FIELD_ERROR_REQUIRED');
    for (const name of ['плохой 1', 'плохой 2', 'запретный 3', 'хороший 4'])
      await call('POST', '/api/objects', { name });
    await waitForFailed(3);
    await world.settled();
  });
  after(() => world.stop());

  it('become dead letters, one each, with what happened and what to do; the others go on', async () => {
    const { items, total } = await listed();
    expect(total).to.equal(3);
    const first = items.find((item: { local_id: number }) => item.local_id === 1);
    expect(first).to.include({
      service: 'bitrix24',
      operation: 'create_deal',
      local_type: 'object',
      bitrix24_type: 'deal',
      kind: 'validation',
      retryable: false,
      status: 'failed',
      attempts: 1,
      next_retry_at: null,
    });
    expect(first.code).to.equal('CRM_FIELD_ERROR_VALUE_NOT_VALID');
    expect(first.message).to.include('плохой');
    expect(first.stack_trace).to.include('Error');
    expect(world.portal.records('deal').list()).to.have.length(1);
    const stats = (await call('GET', `${errors}/stats`)).body.data;
    expect(stats).to.deep.include({
      total_errors: 3,
      failed_errors: 3,
      pending_errors: 0,
      errors_by_operation: { create_deal: 3 },
    });
    expect((await call('GET', `${address}/stats`)).body.data).to.include({ errors_count: 3 });
  });

  it('fail again when nothing was mended: the same row, not a second one', async () => {
    const { items } = await listed('?code=CRM_FIELD_ERROR_REQUIRED');
    const answer = await call('POST', `${errors}/${items[0].id}/retry`);
    expect(answer.status).to.equal(200);
    await waitForFailed(3);
    expect(await listed()).to.include({ total: 3 });
  });

  it('are tried again one by one, after the record was mended', async () => {
    const { items } = await listed('?code=CRM_FIELD_ERROR_REQUIRED');
    const [{ id, local_id: objectId }] = items;
    // Mended without a change that would be queued by itself: in the portal.
    world.portal.faults.clear();
    refuse('плохой', 'CRM_FIELD_ERROR_VALUE_NOT_VALID');
    const answer = await call('POST', `${errors}/${id}/retry`);
    expect(answer.body.data).to.include({ id, status: 'pending' });
    await world.settled();
    const mended = (await listed('?status=resolved')).items.find((item: { id: number }) => item.id === id);
    expect(mended.resolved_at).to.be.a('string');
    expect((await world.remoteOf(tenant, 'object', objectId)).TITLE).to.equal('запретный 3');
    expectRefusal(await call('POST', `${errors}/${id}/retry`), 409, 'already_resolved');
  });

  it('are mended by an ordinary change of the record, too', async () => {
    await call('PATCH', '/api/objects/1', { name: 'исправлен 1' });
    await world.settled();
    expect(await listed('?status=failed')).to.include({ total: 1 });
    expect((await world.remoteOf(tenant, 'object', 1)).TITLE).to.equal('исправлен 1');
  });

  it('are tried again all at once, by their cause', async () => {
    for (const name of ['плохой 5', 'плохой 6']) await call('POST', '/api/objects', { name });
    await waitForFailed(3);
    const none = await call('POST', `${errors}/retry-all`, { code: 'SOMETHING_ELSE' });
    expect(none.body.data).to.deep.equal({ retried: 0, retry_id: null });
    world.portal.faults.clear();
    const answer = await call('POST', `${errors}/retry-all`, {
      code: 'CRM_FIELD_ERROR_VALUE_NOT_VALID',
      operation: 'create_deal',
    });
    expect(answer.body.data).to.include({ retried: 3 });
    expect(answer.body.message).to.equal('Повторяем: 3');
    await world.settled();
    expect(await listed('?status=failed')).to.include({ total: 0 });
    const deals = world.portal.records('deal').list();
    expect(deals).to.have.length(6);
    expect((await call('POST', `${errors}/retry-all`)).body.data).to.include({ retried: 0 });
  });

  it('are closed by a person, once and for all', async () => {
    refuse('плохой', 'CRM_FIELD_ERROR_VALUE_NOT_VALID');
    await call('POST', '/api/objects', { name: 'плохой 7' });
    await waitForFailed(1);
    const { items } = await listed('?status=failed');
    for (let time = 0; time < 2; time++) {
      const answer = await call('POST', `${errors}/${items[0].id}/resolve`);
      expect(answer.body.data).to.include({ status: 'resolved' });
    }
    expect(await listed('?status=failed')).to.include({ total: 0 });
    expectRefusal(await call('POST', `${errors}/99999/resolve`), 404, 'not_found');
  });

  it('that pass by themselves are tried three times, then wait for a person', async () => {
    world.portal.faults.clear();
    world.portal.faults.add({
      method: 'crm.item.add',
      action: { kind: 'refuse', status: 500, error: 'INTERNAL_SERVER_ERROR', description: 'x' },
    });
    await call('POST', '/api/objects', { name: 'нестойкий 8' });
    await waitForFailed(1);
    const { items } = await listed('?status=failed');
    expect(items[0]).to.include({ attempts: 3, retryable: true });
    world.portal.faults.clear();
    await call('POST', `${errors}/retry-all`, { retryable_only: true });
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', items[0].local_id)).TITLE).to.equal('нестойкий 8');
  });

  it('of a company that has left its portal are not queued again', async () => {
    refuse('плохой', 'CRM_FIELD_ERROR_VALUE_NOT_VALID');
    await call('POST', '/api/objects', { name: 'плохой 9' });
    await waitForFailed(1);
    const { items } = await listed('?status=failed');
    await call('POST', `${address}/setup`, { webhook_url: null });
    const untouched = await fingerprint(world);
    expectRefusal(await call('POST', `${errors}/${items[0].id}/retry`), 400, 'not_configured');
    expectRefusal(await call('POST', `${errors}/retry-all`, {}), 400, 'not_configured');
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });
});
