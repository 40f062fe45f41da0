import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';

/** Long enough for what is not paused to be synchronised many times over. */
const whileMs = 1500;

describe('what a person paused', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `${base}${path}`, body);
  const pause = async (body?: unknown) => {
    const answer = await call('POST', '/pause', body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data.paused;
  };
  const resume = async (body?: unknown) => (await call('POST', '/resume', body)).body.data.paused;
  const deal = (id: number) => world.remoteOf(tenant, 'object', id);
  const object = async (id: number) =>
    (await world.sql('select name, description from objects where id = $1', [id]))[0];
  const queued = () => world.sql('select entity, side from sync_queue order by entity, side');

  /** The manager renames the deal, the CRM changes the description: each side has something for the other. */
  async function editBoth(id: number, word: string): Promise<void> {
    world.portal.records('deal').update(Number((await deal(id)).ID), { TITLE: `Их ${word}` });
    await world.sql('update objects set description = $1 where id = $2', [`Наше ${word}`, id]);
    await world.portal.events.settled();
  }

  const isMerged = async (id: number, word: string) => {
    expect(await object(id)).to.deep.equal({ name: `Их ${word}`, description: `Наше ${word}` });
    expect((await deal(id)).TITLE).to.equal(`Их ${word}`);
    expect((await deal(id)).COMMENTS).to.include(`Наше ${word}`);
  };

  /** Nothing is written on either side for a while. */
  async function restsFor(id: number): Promise<void> {
    const before = [await object(id), await deal(id)];
    await sleep(whileMs);
    expect([await object(id), await deal(id)]).to.deep.equal(before);
  }

  before(async () => {
    world = await startWorld({ ...unlimited, apps: true });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз'), ($1, 'Газель')`, [tenant.id]);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());
  afterEach(async () => {
    for (const body of [{}, { kind: 'object' }, { local_type: 'object', local_id: 1 }]) await resume(body);
    await world.settled();
  });

  it('everything: nothing is written on either side, and all that changed meanwhile is merged afterwards', async () => {
    const paused = await pause();
    expect(paused.tenant).to.include({ by: 'tester' });
    await editBoth(1, 'раз');
    await restsFor(1);
    expect(await queued()).to.deep.equal([
      { entity: 'object', side: 'bitrix24' },
      { entity: 'object', side: 'local' },
    ]);
    expect(await resume()).to.deep.equal({ tenant: null, kinds: [], records: 0 });
    await world.settled();
    await isMerged(1, 'раз');
  });

  it('a kind: other kinds go on, and what the sweeps find waits, too', async () => {
    await pause({ kind: 'object' });
    await editBoth(1, 'два');
    await eventually(async () => expect((await call('GET', '/health')).body.data.queue.resting).to.equal(2));
    world.portal.journal.clear();
    await world.sql(`update objects set description = 'Наше два' where id = 1`);
    await eventually(async () => expect((await call('GET', '/health')).body.data.queue.resting).to.equal(2));
    // What rests is not even read.
    expect(world.portal.journal.calls().filter(({ method }) => method === 'crm.item.list')).to.deep.equal([]);
    await world.sql(`update users set name = 'Пётр'`);
    await world.runJob('sweep', tenant);
    await world.runJob('local_look', tenant);
    await eventually(async () => expect((await world.remoteOf(tenant, 'user', 1)).NAME).to.equal('Пётр'));
    await restsFor(1);
    await resume({ kind: 'object' });
    await world.settled();
    await isMerged(1, 'два');
  });

  it('one record: the others go on, and a run goes past it', async () => {
    const [{ id: mappingId }] = (await call('GET', '/mappings?local_type=object&q=1')).body.data.mappings;
    const mapping = (await call('GET', `/mappings/${mappingId}`)).body.data.mapping;
    expect((await call('POST', `/mappings/${mappingId}/pause`)).body.data.paused.records).to.equal(1);
    const [rests, other] = mapping.local_id === 1 ? [1, 2] : [2, 1];
    await editBoth(rests, 'три');
    await editBoth(other, 'три');
    await eventually(() => isMerged(other, 'три'));
    await restsFor(rests);
    const run = (await call('POST', '/sync/to', { sync_objects: true, wait: true })).body;
    expect(run.message).to.equal('Синхронизация завершена');
    const [counts] = await world.sql('select total, skipped, failed from sync_runs order by id desc limit 1');
    expect(counts).to.deep.equal({ total: 2, skipped: 1, failed: 0 });
    await call('POST', '/sync/to', { sync_objects: true, dry_run: true, wait: true });
    expect(await world.sql('select total, skipped, failed from sync_runs order by id desc limit 1')).to.deep.equal([
      counts,
    ]);
    await call('POST', `/mappings/${mappingId}/resume`);
    await world.settled();
    await isMerged(rests, 'три');
  });

  it('a deletion waits, too', async () => {
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Лишний')`, [tenant.id]);
    await world.settled();
    const [{ id } = { id: 0 }] = await world.sql<{ id: number }>(`select id from objects where name = 'Лишний'`);
    await pause({ local_type: 'object', local_id: id });
    world.portal.records('deal').delete(Number((await deal(id)).ID));
    await world.portal.events.settled();
    const state = async () =>
      (
        await world.sql('select state from bitrix24_sync_mappings where local_id = $1 and local_type = $2', [
          id,
          'object',
        ])
      )[0]?.state;
    await sleep(whileMs);
    expect(await state()).to.equal('linked');
    await resume({ local_type: 'object', local_id: id });
    await world.settled();
    expect(await state()).to.equal('orphaned');
  });

  it('is told in health, in stats and in the list of pairs', async () => {
    await pause();
    await pause({ kind: 'user' });
    await pause({ local_type: 'object', local_id: 1 });
    const { status, body } = await call('GET', '/health');
    expect(status).to.equal(200);
    expect(body.data).to.include({ status: 'paused', healthy: false });
    expect(body.data.paused.tenant).to.include({ by: 'tester' });
    expect(Date.parse(body.data.paused.tenant.since)).to.be.above(0);
    expect(body.data.paused.kinds.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['user']);
    expect(body.data.paused.records).to.equal(1);
    expect((await call('GET', '/stats')).body.data.sync.paused).to.deep.equal(body.data.paused);
    await resume();
    const listed = async (query: string) =>
      (await call('GET', `/mappings?${query}`)).body.data.mappings.map(
        (row: { local_type: string; local_id: number; paused: boolean }) => [row.local_type, row.local_id, row.paused],
      );
    expect(await listed('paused=true')).to.have.deep.members([
      ['user', 1, true],
      ['object', 1, true],
    ]);
    expect(await listed('paused=false&local_type=object')).to.deep.include(['object', 2, false]);
    expect((await call('GET', '/health')).body.data.status).to.equal('healthy');
    await resume({ kind: 'user' });
  });

  it('is no delay: nothing turns red, and the moment up to which all is applied stays where it is', async () => {
    await pause();
    await editBoth(1, 'долго');
    await world.sql(
      `insert into sync_watermarks (tenant_id, entity, seen_until)
       select $1, kind, now() from unnest(array['object', 'user', 'contract']) kind
       on conflict (tenant_id, entity) do update set seen_until = now()`,
      [tenant.id],
    );
    const longAgo = `now() - interval '2 hours'`;
    await world.sql(`update sync_queue set due_at = ${longAgo}, queued_at = ${longAgo}`);
    const health = (await call('GET', '/health')).body.data;
    expect(health.status).to.equal('paused');
    expect(health).to.not.have.property('reason');
    const stats = (await call('GET', '/stats')).body.data.sync;
    expect(stats.lag_sec).to.equal(0);
    expect(Date.parse(stats.complete_until)).to.be.below(Date.now() - 7_000_000);
    await pause({ kind: 'object' });
    await resume();
    await eventually(async () => {
      const rows = await world.sql(`select waits_for from sync_queue where due_at > now() + interval '1 year'`);
      expect(rows).to.deep.equal([{ waits_for: 'paused' }, { waits_for: 'paused' }]);
    });
    const kind = (await call('GET', '/health')).body.data;
    expect(kind.status).to.equal('healthy');
    expect(kind.queue).to.include({ depth: 2, due: 0, resting: 2 });
    const metrics = String((await world.call(null, 'GET', '/metrics')).body);
    const [, lag] = /^bitrix24_sync_lag_seconds (\S+)$/m.exec(metrics) ?? [];
    expect(Number(lag)).to.be.below(3600);
    await resume({ kind: 'object' });
    await world.settled();
    await isMerged(1, 'долго');
  });

  it('a run, and a pair asked for now, are refused and say how to go on', async () => {
    const [{ id }] = (await call('GET', '/mappings?local_type=object')).body.data.mappings;
    for (const body of [{}, { kind: 'object' }]) {
      await pause(body);
      for (const [path, asked] of [
        ['/sync/to', { sync_objects: true }],
        ['/sync/from', { sync_objects: true }],
        ['/sync/to', { sync_objects: true, dry_run: true }],
        [`/mappings/${id}/sync`, {}],
      ] as const) {
        const answer = await call('POST', path, asked);
        expectRefusal(answer, 409, 'paused');
        expect(answer.body.error).to.include('POST /api/integration/bitrix24/resume');
        expect(answer.body.details).to.deep.equal(body);
      }
      await resume(body);
    }
    await pause({ kind: 'object' });
    expect((await call('POST', '/sync/to', { sync_users: true, wait: true })).status).to.equal(200);
    await resume({ kind: 'object' });
    await call('POST', `/mappings/${id}/pause`);
    expectRefusal(await call('POST', `/mappings/${id}/sync`, {}), 409, 'paused');
    await call('POST', `/mappings/${id}/resume`);
    expect((await call('POST', `/mappings/${id}/sync`, { wait: true })).body.data.done).to.equal(true);
  });

  it('who paused first stays, and a pause of nothing that is there is refused', async () => {
    const first = (await pause()).tenant;
    expect((await pause()).tenant).to.deep.equal(first);
    await resume();
    const untouched = await fingerprint(world);
    for (const body of [
      { kind: 'deal' },
      { local_type: 'object' },
      { local_id: 1 },
      { kind: 'object', local_type: 'object', local_id: 1 },
    ])
      expectRefusal(await call('POST', '/pause', body), 400, 'invalid_request');
    expectRefusal(await call('POST', '/pause', { local_type: 'object', local_id: 999 }), 404, 'not_found');
    const other = await world.addTenant();
    const foreign = await world.call(other.token, 'POST', `${base}/pause`, { local_type: 'object', local_id: 1 });
    expectRefusal(foreign, 404, 'not_found');
    await world.sql('delete from companies where id = $1', [other.id]);
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  it('bulk work stops where it is, and goes on', async () => {
    world.portal.faults.add({ method: 'batch', action: { kind: 'delay', ms: 300 } });
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Машина ' || n from generate_series(1, 1500) n`, [
      tenant.id,
    ]);
    const made = () => world.portal.records('deal').list().length;
    const before = made();
    await eventually(async () => expect(made()).to.be.above(before + 200));
    await pause();
    // What was being sent is finished.
    await sleep(whileMs);
    const stopped = made();
    expect(stopped).to.be.below(before + 1200);
    await sleep(whileMs);
    expect(made()).to.equal(stopped);
    world.portal.faults.clear();
    await resume();
    await world.settled();
    expect(
      await world.sql(
        `select count(*)::integer as open from objects o where not exists (select 1 from bitrix24_sync_mappings m where m.local_type = 'object' and m.local_id = o.id)`,
      ),
    ).to.deep.equal([{ open: 0 }]);
    const names = world.portal
      .records('deal')
      .list()
      .map(({ TITLE }) => TITLE)
      .filter((title) => String(title).startsWith('Машина'));
    expect(new Set(names).size).to.equal(1500);
    expect(names).to.have.length(1500);
  });
});
