import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { systemClock } from '../../app/lib/clock.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase } from '../../app/models/database.ts';
import { dropOldDays } from '../../app/portals/connection/request-days.ts';
import { makeRequestLog } from '../../app/portals/connection/request-log.ts';
import { eventually } from '../support/eventually.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/requests';

describe('the log of requests to the portal', () => {
  let world: World;
  let tenant: Tenant;
  let other: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    other = await world.addTenant('ООО Другая');
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 60) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  // biome-ignore lint/suspicious/noExplicitAny: JSON of the interface, whose every field the tests compare with what they expect
  type Row = any;
  async function list(filter: Record<string, string | number> = {}, who: Tenant = tenant): Promise<Row[]> {
    const query = new URLSearchParams(Object.entries(filter).map(([key, value]) => [key, String(value)]));
    const { status, body } = await world.call(who.token, 'GET', `${address}?${query}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.data.items;
  }
  const show = async (id: number): Promise<Row> =>
    (await world.call(tenant.token, 'GET', `${address}/${id}`)).body.data;
  const found = (filter: Record<string, string | number>): Promise<Row[]> =>
    eventually(async () => {
      const rows = await list(filter);
      if (rows.length === 0) throw new Error('Not written yet');
      return rows;
    });

  it('has one entry for a batch, found by each record in it, on both sides', async () => {
    const [deal] = await world.sql<{ id: string }>(
      `select bitrix24_id as id from bitrix24_sync_mappings where local_id = 57`,
    );
    const filters: Record<string, string | number>[] = [
      { local_type: 'object', local_id: 57, method: 'crm.item.add' },
      { bitrix24_type: 'deal', bitrix24_id: Number(deal?.id), method: 'crm.item.add' },
    ];
    for (const filter of filters) {
      const [row, ...rest] = await found(filter);
      expect(rest).to.deep.equal([]);
      expect(row).to.include({ method: 'batch', outcome: 'ok', portal: world.portal.host });
      expect(row.command_count).to.be.above(1);
      const whole = await show(row.id);
      expect(whole.records).to.include.members(['object:57', `deal:${deal?.id}`]);
      expect(whole.commands).to.have.length(row.command_count);
      expect(whole.request).to.include('crm.item.add?').and.include('Камаз 57');
      expect(whole.response).to.include(`"id":${deal?.id}`);
    }
  });

  it('tells what was refused, and finds it by that', async () => {
    world.portal.faults.add({
      method: 'crm.item.update',
      times: 1,
      action: { kind: 'refuse', status: 400, error: 'ERROR_CORE', description: 'A required field is empty' },
    });
    await world.sql(`update objects set name = 'Отказ' where id = 3`);
    const [row] = await found({ outcome: 'partly' });
    expect(row).to.include({ code: 'ERROR_CORE' });
    expect((await show(row.id)).response).to.include('A required field is empty');
    expect(await list({ outcome: 'partly', until: '2020-01-01T00:00:00Z' })).to.deep.equal([]);
    expect(await list({ outcome: 'partly', since: '2020-01-01T00:00:00Z' })).to.have.length(1);
  });

  it('is given page by page, the newest first', async () => {
    const first = await list({ limit: 2, page: 1 });
    const second = await list({ limit: 2, page: 2 });
    const rows = [...first, ...second];
    const times = rows.map(({ sent_at: at }) => at);
    expect(times).to.deep.equal([...times].sort().reverse());
    expect(new Set(rows.map(({ id }) => id)).size).to.equal(4);
  });

  it('is for administrators of its own company', async () => {
    const [row] = await list();
    expect(await list({}, other)).to.deep.equal([]);
    expect(await list({ local_type: 'object', local_id: 57 }, other)).to.deep.equal([]);
    expectRefusal(await world.call(other.token, 'GET', `${address}/${row.id}`), 404, 'not_found');
    const secret = world.config.jwtSecret ?? '';
    const viewer = mintToken(secret, { tenantId: tenant.id, role: 'user', subject: 'manager' }, 1);
    for (const path of [address, `${address}/${row.id}`]) {
      expect((await world.call(viewer, 'GET', path)).status).to.equal(403);
    }
  });

  it('refuses a filter that names half of a record', async () => {
    for (const query of ['local_id=1', 'local_type=object', 'bitrix24_type=deal', 'outcome=x', 'since=yesterday']) {
      expectRefusal(await world.call(tenant.token, 'GET', `${address}?${query}`), 400, 'invalid_request');
    }
  });

  it('holds neither the webhook’s secret nor what the portal repeats of it', async () => {
    const secret = new URL(tenant.webhookUrl).pathname.split('/')[3] ?? '';
    await world.sql(`update objects set name = $1 where id = 4`, [`Адрес ${tenant.webhookUrl}`]);
    await eventually(async () => expect(await list({ local_type: 'object', local_id: 4 })).to.have.length.above(2));
    const rows = await world.sql('select * from bitrix24_requests');
    expect(JSON.stringify(rows)).to.include('Адрес').and.not.include(secret);
  });

  it('is kept for three days: older entries are shown no more, and their tables are dropped', async () => {
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000);
    const text = (at: Date) => at.toISOString().slice(0, 10);
    for (const ago of [5, 3]) {
      const name = `bitrix24_requests_${text(day(ago)).replaceAll('-', '')}`;
      await world.sql(
        `create table ${name} partition of bitrix24_requests for values from ('${text(day(ago))}T00:00:00Z') to ('${text(day(ago - 1))}T00:00:00Z')`,
      );
    }
    await world.sql(
      `insert into bitrix24_requests (tenant_id, sent_at, portal, method, methods, outcome, duration_ms, records, request, response)
       values ($1, now() - interval '3 days 1 second', 'p', 'old.method', '{old.method}', 'ok', 1, '{}', '', '')`,
      [tenant.id],
    );
    expect(await list({ method: 'old.method' })).to.deep.equal([]);
    const db = connectDatabase(world.databaseUrl, makeLog({ level: 'fatal', format: 'json' }), 2);
    await dropOldDays(db, new Date());
    await dropOldDays(db, new Date());
    const names = (
      await world.sql(`select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'bitrix24_requests'::regclass order by 1`)
    ).map(({ name }) => name);
    expect(names.some((name) => name === `bitrix24_requests_${text(day(5)).replaceAll('-', '')}`)).to.equal(false);
    expect(names).to.include(`bitrix24_requests_${text(day(3)).replaceAll('-', '')}`);
    await db.close();
  });

  it('is whole when the process stops in order', async () => {
    const log = makeLog({ level: 'fatal', format: 'json' });
    const db = connectDatabase(world.databaseUrl, log, 2);
    const requests = makeRequestLog({ db, clock: systemClock, log });
    for (let n = 0; n < 450; n += 1) {
      requests.note(other.id, { portal: 'p', method: 'profile', params: {}, result: {}, durationMs: 1 });
    }
    await requests.stop();
    await db.close();
    const rows = await world.sql('select 1 from bitrix24_requests where tenant_id = $1', [other.id]);
    expect(rows).to.have.length(450);
  });
});
