import { expect } from 'chai';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { startScheduledRuns } from '../../app/sync/runs/runs.ts';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

describe('a preview', () => {
  let world: World;
  let tenant: Tenant;
  let db: Database;

  before(async () => {
    world = await startWorld(unlimited);
    db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await call('PUT', '/settings', { automatic: { object: false, user: false, contract: false } });
    await world.sql(
      `insert into objects (tenant_id, name, description) select $1, 'Камаз ' || n, 'Тягач' from generate_series(1, 12) n`,
      [tenant.id],
    );
  });
  after(async () => {
    await db.close();
    await world.stop();
  });

  const call = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `${address}${path}`, body);
  const deals = () => world.portal.records('deal').list();
  async function preview(body: object = {}): Promise<number> {
    const asked = { sync_objects: true, dry_run: true, wait: true, ...body };
    const { body: answer, status } = await call('POST', '/sync/to', asked);
    expect(status, JSON.stringify(answer)).to.equal(200);
    return answer.data.run.id;
  }
  const read = async (id: number) => (await call('GET', `/preview/${id}`)).body.data;
  async function finished(id: number) {
    return eventually(async () => {
      const { data } = (await call('GET', `/runs/${id}`)).body;
      return data.state === 'finished' && data;
    });
  }
  let first = 0;

  it('shows ten examples of what would be made, field by field with names, and its price', async () => {
    first = await preview();
    const { totals, kinds, forecast, outdated, run } = await read(first);
    expect(run).to.include({ dry_run: true, state: 'finished', total: 12 });
    expect(totals).to.deep.equal({
      create: 12,
      link: 0,
      update: 0,
      remove: 0,
      exclude: 0,
      ask: 0,
      fail: 0,
      skip: 0,
      equal: 0,
    });
    const { count, to_bitrix, examples } = kinds.object.create;
    expect({ count, to_bitrix, shown: examples.length }).to.deep.equal({ count: 12, to_bitrix: 12, shown: 10 });
    expect(examples[0]).to.include({ local_id: 1, bitrix24_id: null, name: 'Камаз 1' });
    expect(examples[0].fields[0]).to.deep.equal({
      key: 'title',
      to: 'bitrix24',
      before: null,
      after: 'Камаз 1',
      columns: ['name', 'contract_number'],
      bitrix24_fields: ['TITLE'],
      title: 'Название',
    });
    expect(forecast).to.include.keys('seconds', 'requests', 'bound');
    expect(forecast.methods[0]).to.include({ method: 'crm.item.add', calls: 12 });
    expect(outdated).to.deep.equal({ reasons: [], changed_records: 0, started_run_id: null });
    expect(deals()).to.deep.equal([]);
  });

  it('starts the first records of its run, and they alone are made', async () => {
    const { body, status } = await call('POST', `/preview/${first}/start`, { records: 2, silent: true });
    expect(status, JSON.stringify(body)).to.equal(202);
    expect(body.data).to.include({ preview_id: first, silent: true });
    expect(await finished(body.data.id)).to.include({ total: 2, created: 2 });
    expect(deals().map(({ TITLE }) => TITLE)).to.have.members(['Камаз 1', 'Камаз 2']);
    const { outdated } = await read(first);
    expect(outdated.started_run_id).to.equal(body.data.id);
    expect(outdated.reasons).to.include('started');
  });

  it('tells the records that changed since', async () => {
    await world.sql(`update objects set name = 'Камаз первый' where id = 1`);
    const { outdated } = await read(first);
    expect(outdated.reasons).to.include('records');
    expect(outdated.changed_records).to.be.at.least(1);
  });

  it('is what its run does: made, changed and equal ones', async () => {
    const id = await preview();
    const { totals, kinds } = await read(id);
    expect(totals).to.include({ create: 10, update: 1, equal: 1 });
    expect(kinds.object.update.examples[0].fields).to.deep.include({
      key: 'title',
      to: 'bitrix24',
      before: 'Камаз 1',
      after: 'Камаз первый',
      columns: ['name', 'contract_number'],
      bitrix24_fields: ['TITLE'],
      title: 'Название',
    });
    const { body } = await call('POST', `/preview/${id}/start`, {});
    expect(await finished(body.data.id)).to.include({ total: 12, created: 10, updated: 1, unchanged: 1, failed: 0 });
    const after = await read(await preview());
    expect(after.totals).to.include({ create: 0, update: 0, equal: 12 });
  });

  it('whose settings were changed since does not start, unless that is said', async () => {
    const id = await preview();
    await call('PUT', '/settings', { automatic: { object: false }, policies: { object: 'crm' } });
    const refused = await call('POST', `/preview/${id}/start`, {});
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'preview_outdated']);
    expect((await read(id)).outdated.reasons).to.include('settings');
    const { body, status } = await call('POST', `/preview/${id}/start`, { outdated: true });
    expect(status).to.equal(202);
    await finished(body.data.id);
  });

  it('can begin in the night, by the portal’s clock; it waits, is shown, and can be cancelled', async () => {
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Ночной')`, [tenant.id]);
    const id = await preview();
    const { body } = await call('POST', `/preview/${id}/start`, { when: 'tonight' });
    expect(body.data).to.include({ state: 'scheduled', total: 0 });
    const hour = (new Date(body.data.starts_at).getUTCHours() + 3) % 24;
    expect(hour, body.data.starts_at).to.be.within(1, 5);
    const second = await call('POST', `/preview/${id}/start`, { when: 'tonight' });
    expect([second.status, second.body.code]).to.deep.equal([409, 'run_scheduled']);
    await startScheduledRuns(db);
    expect((await call('GET', `/runs/${body.data.id}`)).body.data).to.include({ state: 'scheduled' });
    expect((await call('POST', `/runs/${body.data.id}/cancel`)).body.data).to.include({ state: 'cancelled' });
    const again = (await call('POST', `/preview/${id}/start`, { when: 'tonight' })).body.data;
    await world.sql(`update sync_runs set starts_at = now() where id = $1`, [again.id]);
    await startScheduledRuns(db);
    expect(await finished(again.id)).to.include({ created: 1 });
    expect(deals().filter(({ TITLE }) => TITLE === 'Ночной')).to.have.length(1);
  });

  it('of an import shows what would be made here, and what is asked', async () => {
    world.portal.records('deal').create({ TITLE: 'Сделка людей' });
    await world.portal.events.settled();
    const asked = { sync_objects: true, dry_run: true, wait: true, import_new: true };
    const { body } = await call('POST', '/sync/from', asked);
    const { kinds } = await read(body.data.run.id);
    expect(kinds.object.create).to.include({ count: 1, to_bitrix: 0 });
    expect(kinds.object.create.examples[0]).to.include({ name: 'Сделка людей', local_id: null });
    expect(kinds.object.create.examples[0].fields[0]).to.include({ key: 'title', to: 'crm', after: 'Сделка людей' });
  });

  it('is none where the run was no dry one, and nothing starts before it has ended', async () => {
    const [run] = await world.sql<{ id: number }>('select id from sync_runs where not dry_run limit 1');
    expect((await call('GET', `/preview/${run?.id}`)).status).to.equal(404);
    await world.sql(`update sync_runs set state = 'cancelled' where id = $1`, [first]);
    const refused = await call('POST', `/preview/${first}/start`, {});
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'preview_unfinished']);
  });
});
