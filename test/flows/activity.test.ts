import { expect } from 'chai';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const bitrix24 = '/api/integration/bitrix24';

describe('the activity', () => {
  let world: World;
  let tenant: Tenant;
  let first: { id: number; dealId: number };
  let second: { id: number; dealId: number };
  let runId: number;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    first = await objectWithDeal(world, tenant, 'КамАЗ');
    second = await objectWithDeal(world, tenant, 'МАЗ');
    world.portal.records('deal').update(first.dealId, { TITLE: '=HYPERLINK("http://evil")' });
    await world.portal.events.settled();
    await world.settled();
    await world.sql('update objects set name = $2 where id = $1', [second.id, 'МАЗ "Зубрёнок", белый']);
    await world.settled();
    const fleet = await world.sql<{ id: number }>(
      `insert into contracts (tenant_id, number) select $1, 'Д-' || n from generate_series(1, 7) n returning id`,
      [tenant.id],
    );
    expect(fleet).to.have.length(7);
    await world.settled();
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { automatic: { object: false } });
    await world.sql('update objects set name = $2 where id = $1', [first.id, 'По запуску']);
    const run = await world.call(tenant.token, 'POST', `${bitrix24}/sync/to`, { sync_objects: true, wait: true });
    runId = run.body.data.run.id;
    await world.call(tenant.token, 'PUT', `${bitrix24}/settings`, { automatic: { object: true } });
    await world.settled();
    await world.sql(
      `insert into visitor_actions (tenant_id, subject, action, entity, local_id) values ($1, 'bitrix24:x:7', 'edited_record', 'object', $2)`,
      [tenant.id, first.id],
    );
  });
  after(() => world.stop());

  const get = (query: string, headers = {}) =>
    world.call(tenant.token, 'GET', `${bitrix24}/activity${query}`, undefined, headers);
  // biome-ignore lint/suspicious/noExplicitAny: lines as the interface shows them
  const list = async (query: string): Promise<any[]> => (await get(query)).body.data.items;

  it('tells the newest first what was done to which record, why and by whom', async () => {
    const [newest, ...others] = await list('?limit=100');
    expect(newest).to.include({ source: 'visitor', cause: 'person', operation: 'edited_record', undoable: false });
    const byRun = others.find(({ run_id }) => run_id === runId);
    expect(byRun).to.include({ cause: 'run', actor: 'tester', local_name: 'По запуску', undoable: true });
    expect(byRun.changes).to.deep.equal([{ field: 'title', before: '=HYPERLINK("http://evil")', after: 'По запуску' }]);
    const fromPortal = others.find(({ direction }) => direction === 'from_bitrix');
    expect(fromPortal).to.include({
      cause: 'portal',
      actor: null,
      local_id: first.id,
      bitrix24_id: String(first.dealId),
    });
    const times = others.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort().reverse());
  });

  it('is narrowed by kind, record, direction, actor, run, field and time', async () => {
    const all = await list('?limit=100');
    const expectOnly = async (query: string, fits: (line: Record<string, unknown>) => boolean) => {
      const found = await list(`?limit=100&${query}`);
      expect(found, query).to.not.deep.equal([]);
      expect(found, query).to.deep.equal(all.filter(fits));
    };
    await expectOnly('local_type=contract', (line) => line.local_type === 'contract');
    await expectOnly(
      `local_type=object&local_id=${second.id}`,
      (line) => line.local_type === 'object' && line.local_id === second.id,
    );
    await expectOnly('direction=from_bitrix', (line) => line.direction === 'from_bitrix');
    await expectOnly('actor=tester', (line) => line.actor === 'tester');
    await expectOnly(`run_id=${runId}`, (line) => line.run_id === runId);
    await expectOnly('field=title&direction=from_bitrix', (line) => line.direction === 'from_bitrix');
    const middle = all[Math.floor(all.length / 2)].at;
    await expectOnly(`since=${middle}`, (line) => String(line.at) >= middle);
    await expectOnly(`until=${middle}`, (line) => String(line.at) < middle);
  });

  it('goes on from page to page without a gap or a double', async () => {
    const all = await list('?limit=100');
    const paged: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await get(`?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(body.data.items.length).to.be.lessThan(4);
      paged.push(...body.data.items);
      cursor = body.data.next_cursor ?? '';
    } while (cursor);
    expect(paged).to.deep.equal(all);
    expect((await get('?cursor=nonsense')).status).to.equal(400);
  });

  it('is a CSV file by its format or by Accept, where no cell is a formula', async () => {
    const [byFormat, byAccept] = [await get('?format=csv'), await get('', { accept: 'text/csv' })];
    expect(byFormat.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(byAccept.body).to.equal(byFormat.body);
    const rows = String(byFormat.body).trimEnd().split('\r\n');
    expect(rows[0]).to.include('at,local_type,local_id,bitrix24_id,local_name,cause');
    const changes = (await list('?limit=100')).map(({ changes: fields }) => Math.max(1, fields.length));
    expect(rows).to.have.length(1 + changes.reduce((sum, count) => sum + count, 0));
    expect(byFormat.body).to.include(`"'=HYPERLINK(""http://evil"")"`).and.to.include('"МАЗ ""Зубрёнок"", белый"');
    expect(byFormat.body).to.not.match(/(^|,)"?=/m);
  });

  it('of one run is what the run changed', async () => {
    const { body } = await world.call(tenant.token, 'GET', `${bitrix24}/runs/${runId}/changes`);
    expect(body.data.items).to.deep.equal(await list(`?run_id=${runId}`));
    expect((await world.call(tenant.token, 'GET', `${bitrix24}/runs/2000000000/changes`)).status).to.equal(404);
  });

  it('names the companies of the portal that changes speak of', async () => {
    const contract = { number: 'Д-имя', client_name: 'ООО Северный ветер' };
    const { body } = await world.call(tenant.token, 'POST', '/api/contracts', contract);
    await world.call(tenant.token, 'PATCH', `/api/objects/${second.id}`, { contract_id: body.data.id });
    await world.settled();
    const { data } = (await get(`?local_type=object&field=company&limit=1`)).body;
    const [{ after: company }] = data.items[0].changes.filter(({ field }: { field: string }) => field === 'company');
    expect(data.company_names[company]).to.equal('ООО Северный ветер');
  });

  it('of another company shows nothing of it', async () => {
    const other = await world.addTenant('ООО Чужая');
    const { body } = await world.call(other.token, 'GET', `${bitrix24}/activity`);
    expect(body.data).to.deep.equal({ items: [], company_names: {}, next_cursor: null });
    expect((await world.call(other.token, 'GET', `${bitrix24}/runs/${runId}/changes`)).status).to.equal(404);
  });
});
