import { expect } from 'chai';
import fc from 'fast-check';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('an undo', () => {
  let world: World;
  let tenant: Tenant;
  let count = 0;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());
  beforeEach(() => world.settled());

  const post = (path: string, body: Record<string, unknown> = {}) =>
    world.call(tenant.token, 'POST', `${bitrix24}/${path}`, body);
  const deals = () => world.portal.records('deal');
  const nameOf = async (id: number) => (await world.call(tenant.token, 'GET', `/api/objects/${id}`)).body.data?.name;
  const titleOf = async (id: number) => String((await world.remoteOf(tenant, 'object', id))?.TITLE);

  async function insertObjects(number: number): Promise<number[]> {
    count += 1;
    const rows = await world.sql<{ id: number }>(
      `insert into objects (tenant_id, name) select $1, 'Камаз ' || $2 || '-' || n from generate_series(1, $3) n returning id`,
      [tenant.id, count, number],
    );
    return rows.map(({ id }) => id);
  }

  /** Objects with their deals, whose changes a run then carries over. */
  async function addObjects(number: number): Promise<number[]> {
    const ids = await insertObjects(number);
    await world.settled();
    return ids;
  }

  async function addUnsynchronised(number: number): Promise<number[]> {
    await automatic(false);
    return insertObjects(number);
  }

  async function automatic(isOn: boolean): Promise<void> {
    const settings = { automatic: { object: isOn } };
    expect((await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, settings)).status).to.equal(200);
  }

  async function run(direction: 'to' | 'from', ids: number[]): Promise<number> {
    const answer = await post(`sync/${direction}`, { sync_objects: true, filter: { ids }, wait: true });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data.run.id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: runs as the interface shows them
  async function ended(answer: { status: number; body: any }): Promise<any> {
    expect(answer.status, JSON.stringify(answer.body)).to.equal(202);
    const { id } = answer.body.data;
    const shown = await eventually(
      async () => {
        const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/runs/${id}`);
        if (body.data.state !== 'finished') throw new Error(`The run: ${JSON.stringify(body.data)}`);
        return body.data;
      },
      { timeoutMs: 30_000 },
    );
    await world.settled();
    return shown;
  }

  async function left(runId: number): Promise<Record<string, unknown>[]> {
    return (await world.call(tenant.token, 'GET', `${bitrix24}/runs/${runId}/left?limit=100`)).body.data.items;
  }

  /** Renames objects while nothing goes by itself, and has a run carry it to the portal. */
  async function renameByRun(ids: number[], suffix: string): Promise<number> {
    await automatic(false);
    await world.sql('update objects set name = name || $2 where id = any($1)', [ids, suffix]);
    const runId = await run('to', ids);
    await automatic(true);
    await world.settled();
    return runId;
  }

  it('of a run to the portal puts both sides back, is a run, and is quiet afterwards', async () => {
    const ids = await addObjects(3);
    const before = await Promise.all(ids.map(titleOf));
    const runId = await renameByRun(ids, ' (ошибка)');
    expect(await titleOf(ids[0] ?? 0)).to.include('(ошибка)');

    const undone = await ended(await post(`runs/${runId}/undo`));
    expect(undone).to.deep.include({
      kind: 'undo',
      undo: { run_id: runId, created: 'keep' },
      updated: 3,
      skipped: 0,
      done: 3,
    });
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(before);
    expect(await Promise.all(ids.map(nameOf))).to.deep.equal(before);
    expect(await left(undone.id)).to.deep.equal([]);

    const writes = () => world.portal.journal.calls({ write: true }).length;
    const [wrote] = [writes()];
    await run('to', ids);
    await run('from', ids);
    expect(writes()).to.equal(wrote);
  });

  it('of a run from the portal puts both sides back, too', async () => {
    const ids = await addObjects(2);
    const before = await Promise.all(ids.map(nameOf));
    await automatic(false);
    for (const id of ids) {
      const deal = await world.remoteOf(tenant, 'object', id);
      deals().update(Number(deal?.ID), { TITLE: `${deal?.TITLE} из портала` });
    }
    const runId = await run('from', ids);
    await automatic(true);
    await world.settled();
    expect(await nameOf(ids[0] ?? 0)).to.include('из портала');
    await ended(await post(`runs/${runId}/undo`));
    expect(await Promise.all(ids.map(nameOf))).to.deep.equal(before);
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(before);
  });

  it('leaves and lists what was edited since on either side, with whose value it is and by whom', async () => {
    const ids = await addObjects(3);
    const before = await Promise.all(ids.map(nameOf));
    const runId = await renameByRun(ids, ' (ошибка)');
    const [kept = 0, byCrm = 0, byPortal = 0] = ids;
    await world.call(tenant.token, 'PATCH', `/api/objects/${byCrm}`, { name: 'Набрано в CRM' });
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', byPortal);
    deals().update(Number(deal?.ID), { TITLE: 'Набрано в портале' });
    await world.portal.events.settled();
    await world.settled();

    const undone = await ended(await post(`runs/${runId}/undo`));
    expect(undone).to.include({ updated: 1, skipped: 2 });
    expect(await nameOf(kept)).to.equal(before[0]);
    expect([await nameOf(byCrm), await titleOf(byCrm)]).to.deep.equal(['Набрано в CRM', 'Набрано в CRM']);
    expect([await nameOf(byPortal), await titleOf(byPortal)]).to.deep.equal(['Набрано в портале', 'Набрано в портале']);
    const listed = await left(undone.id);
    expect(
      listed.map(({ local_id, field, reason, side, actor }) => [local_id, field, reason, side, actor]),
    ).to.deep.equal([
      [byCrm, 'title', 'edited', 'crm', null],
      [byPortal, 'title', 'edited', 'bitrix24', 'bitrix24:7'],
    ]);
    expect(listed[1]).to.include({ reason_text: 'изменено после этой синхронизации' });
  });

  it('with dry_run tells the same and changes nothing', async () => {
    const ids = await addObjects(2);
    const runId = await renameByRun(ids, ' (ошибка)');
    const [first = 0, second = 0] = ids;
    await world.call(tenant.token, 'PATCH', `/api/objects/${second}`, { name: 'Своё' });
    await world.settled();
    const titles = await Promise.all(ids.map(titleOf));
    const tried = await ended(await post(`runs/${runId}/undo`, { dry_run: true }));
    expect(tried).to.include({ dry_run: true, updated: 1, skipped: 1, done: 2 });
    expect(tried.preview).to.have.length(1);
    expect(tried.preview[0]).to.include({ action: 'undo', local_id: first });
    expect(await left(tried.id)).to.have.length(1);
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(titles);
  });

  it('can be undone itself, and one change by itself', async () => {
    const ids = await addObjects(2);
    const runId = await renameByRun(ids, ' 2026');
    const after = await Promise.all(ids.map(nameOf));
    const undone = await ended(await post(`runs/${runId}/undo`));
    const again = await ended(await post(`runs/${undone.id}/undo`));
    expect(again).to.include({ updated: 2, skipped: 0 });
    expect(await Promise.all(ids.map(nameOf))).to.deep.equal(after);
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(after);

    const [first = 0, second = 0] = ids;
    const [line] = await world.sql<{ id: string }>(
      `select id from sync_log where run_id = $1 and local_id = $2 and direction = 'to_bitrix'`,
      [runId, first],
    );
    const one = await ended(await post(`activity/${line?.id}/undo`));
    expect(one.undo).to.deep.equal({ log_id: Number(line?.id), created: 'keep' });
    expect(await nameOf(first)).to.equal(String(after[0]).replace(' 2026', ''));
    expect(await titleOf(second)).to.equal(after[1]);
  });

  it('deletes, unlinks or keeps the deals that a run created, as asked', async () => {
    const ids = await addUnsynchronised(8);
    const [edited = 0, ...others] = ids;
    const runId = await run('to', ids);
    await automatic(true);
    await world.settled();
    const dealIds = await Promise.all(ids.map(async (id) => Number((await world.remoteOf(tenant, 'object', id))?.ID)));
    await world.call(tenant.token, 'PATCH', `/api/objects/${edited}`, { name: 'Уже работают' });
    await world.settled();

    const kept = await ended(await post(`runs/${runId}/undo`, { dry_run: true }));
    expect(kept).to.include({ updated: 0, skipped: 8 });
    expect((await left(kept.id)).map(({ reason }) => reason)).to.include('created_kept');

    const undone = await ended(await post(`runs/${runId}/undo`, { created: 'delete' }));
    expect(undone, JSON.stringify(await left(undone.id))).to.include({ updated: 7, skipped: 1 });
    const there = deals()
      .list()
      .map(({ ID }) => Number(ID));
    expect(there).to.include(dealIds[0]);
    for (const id of dealIds.slice(1)) expect(there).to.not.include(id);
    expect((await left(undone.id)).filter(({ reason }) => reason === 'edited')).to.not.deep.equal([]);
    // The objects stay, and no pass makes their deals anew.
    expect(await Promise.all(others.map(nameOf))).to.not.include(undefined);
    await run('to', ids);
    expect(deals().list()).to.have.length(there.length);
  });

  it('deletes the objects that an import made, and imports them no more; the deals stay', async () => {
    const dealIds = ['Импорт А', 'Импорт Б'].map((TITLE) => Number(deals().create({ TITLE }).ID));
    await world.settled();
    const started = await post('sync/from', { sync_objects: true, filter: {}, import_new: true, wait: true });
    expect(started.status, JSON.stringify(started.body)).to.equal(200);
    const runId = started.body.data.run.id;
    const imported = await world.sql<{ id: number }>(
      `select local_id as id from sync_log where run_id = $1 and operation = 'import' and bitrix24_id = any($2)`,
      [runId, dealIds.map(String)],
    );
    expect(imported).to.have.length(2);
    await ended(await post(`runs/${runId}/undo`, { created: 'delete' }));
    for (const { id } of imported) expect(await nameOf(id)).to.equal(undefined);
    for (const id of dealIds) expect(deals().get(id).TITLE).to.include('Импорт');
    const again = await post('sync/from', { sync_objects: true, filter: {}, import_new: true, wait: true });
    expect(again.body.data.run.created).to.equal(0);
  });

  it('whatever was edited since: what was not is as before, the rest is listed, and nothing else changed', async () => {
    const edits = fc.sample(fc.constantFrom('nothing', 'crm', 'portal', 'description', 'back'), {
      numRuns: 16,
      seed: 20261126,
    });
    const ids = await addObjects(edits.length);
    const before = await Promise.all(ids.map(nameOf));
    const runId = await renameByRun(ids, ' 2');
    for (const [index, edit] of edits.entries()) {
      const id = ids[index] ?? 0;
      const deal = await world.remoteOf(tenant, 'object', id);
      const change = (columns: object) => world.call(tenant.token, 'PATCH', `/api/objects/${id}`, columns);
      if (edit === 'crm') await change({ name: `Набрано ${index}` });
      if (edit === 'back') await change({ name: before[index] });
      if (edit === 'description') await change({ description: `Примечание ${index}` });
      if (edit === 'portal') deals().update(Number(deal?.ID), { TITLE: `Портал ${index}` });
    }
    await world.portal.events.settled();
    await world.settled();
    const undone = await ended(await post(`runs/${runId}/undo`));
    const expected = edits.map((edit, index) =>
      edit === 'crm' ? `Набрано ${index}` : edit === 'portal' ? `Портал ${index}` : before[index],
    );
    expect(await Promise.all(ids.map(nameOf))).to.deep.equal(expected);
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(expected);
    const typed = ids.filter((_, index) => ['crm', 'portal'].includes(edits[index] ?? ''));
    expect((await left(undone.id)).map(({ local_id }) => local_id)).to.deep.equal(typed);
    const rows = await world.sql<{ id: number; description: string | null }>(
      'select id, description from objects where id = any($1) order by id',
      [ids],
    );
    const notes = edits.map((edit, index) => (edit === 'description' ? `Примечание ${index}` : null));
    expect(rows.map(({ description }) => description)).to.deep.equal(notes);
  });

  it('survives a worker that is killed in the middle of it', async () => {
    const ids = await addObjects(30);
    const before = await Promise.all(ids.map(nameOf));
    const runId = await renameByRun(ids, ' (ошибка)');
    const answer = await post(`runs/${runId}/undo`);
    await world.endAllSessions();
    await world.stopApp();
    await world.startApp();
    await ended(answer);
    expect(await Promise.all(ids.map(nameOf))).to.deep.equal(before);
    expect(await Promise.all(ids.map(titleOf))).to.deep.equal(before);
  });

  it('is refused where there is nothing to undo, and beside another run', async () => {
    const ids = await addObjects(1);
    const runId = await run('to', ids);
    const refused = await post(`runs/${runId}/undo`);
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'nothing_to_undo']);
    expect((await post('runs/2000000000/undo')).status).to.equal(404);
    expect((await post('activity/2000000000/undo')).status).to.equal(404);
    expect((await post(`runs/${runId}/undo`, { created: 'burn' })).status).to.equal(400);
  });
});
