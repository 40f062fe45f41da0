import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

describe('runs', () => {
  let world: World;
  let tenant: Tenant;

  const call = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `${address}${path}`, body);
  const addObjects = (count: number) =>
    world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, $2::integer) n`, [
      tenant.id,
      count,
    ]);
  const runOf = async (id: number) => (await call('GET', `/runs/${id}`)).body.data;

  beforeEach(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
  });
  afterEach(() => world.stop());

  it('a dry run shows what would happen and writes nothing on either side', async () => {
    await addObjects(3);
    await world.connect(tenant);
    await call('POST', '/sync/to', { all: true, wait: true });
    await call('PUT', '/settings', { automatic: { object: false } });
    await world.sql(`update objects set name = 'Новый' where id = 1`);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Четвёртый')`, [tenant.id]);
    const { sync_runs: _runs, ...untouched } = await fingerprint(world);
    world.portal.journal.clear();
    const { status, body } = await call('POST', '/sync/to', { sync_objects: true, dry_run: true, wait: true });
    expect(status).to.equal(200);
    const { run } = body.data;
    expect(run).to.include({
      dry_run: true,
      state: 'finished',
      total: 4,
      done: 4,
      created: 1,
      updated: 1,
      unchanged: 2,
      failed: 0,
    });
    expect(run.preview).to.have.length(2);
    const [update, create] = run.preview;
    expect(update).to.include({ entity: 'object', local_id: 1, action: 'update' });
    expect(update.to_bitrix).to.deep.equal([{ field: 'title', before: 'Камаз 1', after: 'Новый' }]);
    expect(create).to.include({ entity: 'object', action: 'create_remote', bitrix24_id: null });
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    const { sync_runs: _after, ...after } = await fingerprint(world);
    expect(after).to.deep.equal(untouched);
  });

  it('a dry run from Bitrix24 shows what an import would make', async () => {
    await world.connect(tenant);
    world.portal.records('deal').create({ TITLE: 'Сделка менеджера' });
    const { body } = await call('POST', '/sync/from', {
      sync_objects: true,
      import_new: true,
      dry_run: true,
      wait: true,
    });
    expect(body.data.run).to.include({ created: 1, failed: 0 });
    expect(body.data.run.preview[0]).to.include({ action: 'create_local', bitrix24_id: 1 });
    await call('PUT', '/settings', { directions: { object: 'to_bitrix' } });
    const oneWay = await call('POST', '/sync/from', {
      sync_objects: true,
      import_new: true,
      dry_run: true,
      wait: true,
    });
    expect(oneWay.body.data.run).to.include({ created: 0, skipped: 1 });
    expect(await world.sql('select 1 from objects')).to.deep.equal([]);
  });

  it('takes the named records alone', async () => {
    await addObjects(5);
    await world.connect(tenant);
    const { body } = await call('POST', '/sync/to', { sync_objects: true, filter: { ids: [2, 4, 99] }, wait: true });
    expect(body.data).to.include({ objects_synced: 2 });
    expect(body.data.run).to.include({ total: 2, created: 2 });
    const mapped = await world.sql('select local_id from bitrix24_sync_mappings order by 1');
    expect(mapped).to.deep.equal([{ local_id: 2 }, { local_id: 4 }]);
  });

  it('takes what changed since a moment, on the side that it comes from', async () => {
    await addObjects(4);
    await world.sql(`update objects set updated_at = '2026-01-01' where id in (1, 2)`);
    await world.connect(tenant);
    const { body } = await call('POST', '/sync/to', {
      filter: { updated_since: '2026-02-01T00:00:00+03:00' },
      wait: true,
    });
    expect(body.data).to.include({ objects_synced: 2 });
    const mapped = await world.sql('select local_id from bitrix24_sync_mappings order by 1');
    expect(mapped).to.deep.equal([{ local_id: 3 }, { local_id: 4 }]);
    await world.sql(`update bitrix24_sync_mappings set bitrix24_modified_at = '2026-01-01' where local_id = 3`);
    const from = await call('POST', '/sync/from', { filter: { updated_since: '2026-02-01T00:00:00Z' }, wait: true });
    expect(from.body.data.run).to.include({ total: 1, unchanged: 1 });
  });

  it('takes nothing at all, and says so', async () => {
    await world.connect(tenant);
    const { status, body } = await call('POST', '/sync/to', { all: true, wait: true });
    expect(status).to.equal(200);
    expect(body.data).to.deep.include({ objects_synced: 0, users_synced: 0, contracts_synced: 0, errors: [] });
  });

  it('are listed, the newest first, with who asked', async () => {
    await world.connect(tenant);
    for (const path of ['/sync/to', '/sync/from', '/sync/to']) await call('POST', path, { all: true, wait: true });
    const { body } = await call('GET', '/runs?limit=2');
    expect(body.data.pagination).to.include({ total: 3, total_pages: 2 });
    expect(body.data.runs.map((run: { direction: string }) => run.direction)).to.deep.equal([
      'to_bitrix',
      'from_bitrix',
    ]);
    expect(body.data.runs[0]).to.include({ state: 'finished', requested_by: 'tester', eta_sec: 0 });
    expectRefusal(await call('GET', '/runs/999'), 404, 'not_found');
  });

  it('are followed as a stream of events, which ends with them', async () => {
    await addObjects(120);
    await world.connect(tenant);
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 700 } });
    const { id } = (await call('POST', '/sync/to', { all: true })).body.data;
    const answer = await fetch(`http://127.0.0.1:${world.port}${address}/runs/${id}/stream`, {
      headers: { authorization: `Bearer ${tenant.token}`, 'accept-encoding': 'gzip' },
    });
    expect(answer.headers.get('content-type')).to.match(/^text\/event-stream/);
    expect(answer.headers.get('content-encoding')).to.equal(null);
    const text = await answer.text();
    const events = text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)));
    expect(events.length).to.be.above(1);
    expect(events[0]).to.include({ id, state: 'running' });
    expect(events.at(-1)).to.include({ id, state: 'finished', total: 120, done: 120, created: 120 });
    const done = events.map((event) => event.done);
    expect(done).to.deep.equal([...done].sort((a, b) => a - b));
    expectRefusal(await call('GET', '/runs/999/stream'), 404, 'not_found');
  });

  it('a stream that nobody listens to any more stops asking', async () => {
    await addObjects(1);
    await world.connect(tenant);
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 1500 } });
    const { id } = (await call('POST', '/sync/to', { all: true })).body.data;
    const gone = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${world.port}${address}/runs/${id}/stream`, {
      headers: { authorization: `Bearer ${tenant.token}` },
      signal: gone.signal,
    });
    await answer.body?.getReader().read();
    gone.abort();
    world.portal.faults.clear();
    await eventually(async () => (await runOf(id)).state === 'finished');
    const line = await eventually(() => world.lines.find((one) => one.includes(`/runs/${id}/stream`)) ?? false);
    expect(line).to.not.include('level=error');
  });

  it('one that is cancelled leaves in the queue what really changed, and nothing else', async () => {
    await addObjects(60);
    await world.connect(tenant);
    await call('POST', '/sync/to', { all: true, wait: true });
    await world.sql(`update bitrix24_connections set paused_until = now() + interval '1 hour'`);
    await world.sql(`update objects set name = 'до' where id = 1`);
    const { id } = (await call('POST', '/sync/to', { all: true })).body.data;
    await world.sql(`update objects set name = 'во время' where id = 2`);
    const answer = await call('POST', `/runs/${id}/cancel`);
    expect(answer.status).to.equal(200);
    expect(answer.body.data).to.include({ id, state: 'cancelled' });
    const left = await world.sql('select record_id::integer as id, run_id from sync_queue order by 1');
    expect(left).to.deep.equal([
      { id: 1, run_id: null },
      { id: 2, run_id: null },
    ]);
    expectRefusal(await call('POST', `/runs/${id}/cancel`), 409, 'run_ended');
    // Another may start at once, and what was left arrives.
    await world.sql('update bitrix24_connections set paused_until = null');
    await call('POST', '/sync/to', { sync_users: true, wait: true });
    await world.settled();
    expect((await world.remoteOf(tenant, 'object', 1)).TITLE).to.equal('до');
    expect((await world.remoteOf(tenant, 'object', 2)).TITLE).to.equal('во время');
  });

  it('one pair is looked at on request, and its both sides are shown', async () => {
    await addObjects(1);
    await world.connect(tenant);
    await call('POST', '/sync/to', { all: true, wait: true });
    const [mapping] = (await call('GET', '/mappings')).body.data.mappings;
    world.portal.records('deal').update(Number(mapping.bitrix24_id), { TITLE: 'Из портала' });
    const before = (await call('GET', `/mappings/${mapping.id}`)).body.data;
    const title = before.fields.find((field: { key: string }) => field.key === 'title');
    expect(title).to.deep.include({ equal: false });
    expect(title.crm.value).to.equal('Камаз 1');
    expect(title.bitrix24.value).to.equal('Из портала');
    const { status, body } = await call('POST', `/mappings/${mapping.id}/sync`, { wait: true });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.data).to.include({ done: true, error: null });
    expect(await world.sql('select name from objects')).to.deep.equal([{ name: 'Из портала' }]);
    const removed = await call('DELETE', `/mappings/${mapping.id}`);
    expect(removed.body.message).to.equal('Связь удалена');
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect(await world.sql('select name from objects where deleted_at is null')).to.have.length(1);
    expectRefusal(await call('GET', `/mappings/${mapping.id}`), 404, 'not_found');
  });
});
