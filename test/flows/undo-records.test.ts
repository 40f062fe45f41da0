import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('an undo of records of every kind', () => {
  let world: World;
  let tenant: Tenant;

  beforeEach(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  afterEach(() => world.stop());

  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const settings = (change: Record<string, unknown>) => call('PUT', `${bitrix24}/settings`, change);
  const automatic = (isOn: boolean) => settings({ automatic: { object: isOn, user: isOn, contract: isOn } });

  async function run(): Promise<number> {
    const body = { sync_objects: true, sync_users: true, sync_contracts: true, wait: true };
    const answer = await call('POST', `${bitrix24}/sync/to`, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data.run.id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: runs as the interface shows them
  async function undo(runId: number, body: Record<string, unknown> = {}): Promise<any> {
    const started = await call('POST', `${bitrix24}/runs/${runId}/undo`, body);
    expect(started.status, JSON.stringify(started.body)).to.equal(202);
    const shown = await eventually(
      async () => {
        const { body: found } = await call('GET', `${bitrix24}/runs/${started.body.data.id}`);
        if (found.data.state !== 'finished') throw new Error(`The run: ${JSON.stringify(found.data)}`);
        return found.data;
      },
      { timeoutMs: 30_000 },
    );
    await world.settled();
    return shown;
  }

  const reasons = async (runId: number) =>
    (await call('GET', `${bitrix24}/runs/${runId}/left?limit=100`)).body.data.items.map(
      ({ field, reason }: { field: string | null; reason: string }) => `${field} ${reason}`,
    );

  it('puts names, e-mails and phones of people and clients back', async () => {
    const user = (
      await call('POST', '/api/users', { name: 'Иван Петров', email: 'ivan@a.example', phone: '+79001234567' })
    ).body.data;
    const contract = (await call('POST', '/api/contracts', { number: 'Д-1', client_name: 'ООО Ромашка' })).body.data;
    await world.settled();
    const contactId = Number((await world.remoteOf(tenant, 'user', user.id))?.ID);
    const companyId = Number((await world.remoteOf(tenant, 'contract', contract.id))?.ID);
    const before = {
      contact: world.portal.records('contact').get(contactId),
      company: world.portal.records('company').get(companyId),
    };
    await automatic(false);
    await world.sql(`update users set name = 'Пётр Иванов', email = 'petr@b.example', phone = null where id = $1`, [
      user.id,
    ]);
    await world.sql(`update contracts set client_name = 'ООО Лютик' where id = $1`, [contract.id]);
    const runId = await run();
    await automatic(true);
    await world.settled();
    expect(world.portal.records('company').get(companyId).TITLE).to.equal('ООО Лютик');

    const undone = await undo(runId);
    expect(undone, JSON.stringify(await reasons(undone.id))).to.include({ updated: 2 });
    const [restored] = await world.sql('select name, email, phone from users where id = $1', [user.id]);
    expect(restored).to.deep.equal({ name: 'Иван Петров', email: 'ivan@a.example', phone: '+79001234567' });
    const now = world.portal.records('contact').get(contactId);
    expect([now.NAME, now.LAST_NAME]).to.deep.equal([before.contact.NAME, before.contact.LAST_NAME]);
    const values = (field: 'EMAIL' | 'PHONE') => (now[field] as { VALUE: string }[]).map(({ VALUE }) => VALUE);
    expect([values('EMAIL'), values('PHONE')]).to.deep.equal([['ivan@a.example'], ['+79001234567']]);
    expect(world.portal.records('company').get(companyId).TITLE).to.equal(before.company.TITLE);
  });

  it('does not delete a company for which other contracts stand', async () => {
    await automatic(false);
    for (const number of ['Д-1', 'Д-2'])
      await call('POST', '/api/contracts', { number, client_name: 'ООО Общий', client_inn: '7707083893' });
    const runId = await run();
    await automatic(true);
    await world.settled();
    expect(world.portal.records('company').list()).to.have.length(1);
    const undone = await undo(runId, { created: 'delete' });
    expect(world.portal.records('company').list()).to.have.length(1);
    expect(await reasons(undone.id))
      .to.include('null shared')
      .and.to.include('null link_kept');
  });

  it('deletes a created deal once although the answer was lost, and no policy makes it anew', async () => {
    await settings({ on_bitrix24_delete: { object: 'recreate' } });
    await automatic(false);
    await call('POST', '/api/objects', { name: 'КамАЗ' });
    const runId = await run();
    await automatic(true);
    await world.settled();
    world.portal.faults.add({ method: 'crm.item.delete', times: 1, action: { kind: 'dropAfter' } });
    await undo(runId, { created: 'delete' });
    await world.skipWaits();
    await world.settled();
    await run();
    expect(world.portal.records('deal').list()).to.deep.equal([]);
    const [object] = await world.sql('select name, deleted_at from objects');
    expect(object).to.deep.equal({ name: 'КамАЗ', deleted_at: null });
  });

  it('unlinks what a run created; both records stay', async () => {
    await automatic(false);
    await call('POST', '/api/objects', { name: 'КамАЗ' });
    const runId = await run();
    const undone = await undo(runId, { created: 'unlink' });
    expect(undone).to.include({ updated: 1, skipped: 0 });
    expect(await world.sql('select 1 from bitrix24_sync_mappings')).to.deep.equal([]);
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect((await call('GET', '/api/objects/1')).status).to.equal(200);
  });

  it('leaves what is paused, and puts the rest back', async () => {
    const first = (await call('POST', '/api/contracts', { number: 'Д-1', client_name: 'КамАЗ' })).body.data;
    const second = (await call('POST', '/api/objects', { name: 'МАЗ' })).body.data;
    await world.settled();
    await automatic(false);
    await world.sql(`update objects set name = 'МАЗ (ошибка)' where id = $1`, [second.id]);
    await world.sql(`update contracts set client_name = 'Ошибка' where id = $1`, [first.id]);
    const runId = await run();
    await automatic(true);
    await world.settled();
    const paused = await call('POST', `${bitrix24}/pause`, { local_type: 'object', local_id: second.id });
    expect(paused.status, JSON.stringify(paused.body)).to.be.lessThan(300);
    const undone = await undo(runId);
    expect(await reasons(undone.id)).to.deep.equal(['title paused']);
    const [row] = await world.sql('select client_name from contracts where id = $1', [first.id]);
    expect(row).to.deep.equal({ client_name: 'КамАЗ' });
  });
});
