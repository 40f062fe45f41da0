import { expect } from 'chai';
import fc from 'fast-check';
import type { RecordLink, RecordState } from '../../app/integration/record-states.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';
const kinds = ['object', 'user', 'contract'] as const;
type Kind = (typeof kinds)[number];
const typeOf = { object: 'deal', user: 'contact', contract: 'company' } as const;

/** What may be true of a record; each fact is a row, or a column, of one table. */
interface Facts {
  deleted: boolean;
  mapping: 'none' | 'linked' | 'orphaned' | 'unlinked';
  excluded: boolean;
  error: 'none' | 'pending' | 'failed' | 'failed_by_deal' | 'resolved';
  conflict: 'none' | 'open' | 'resolved';
  queued: 'none' | 'local' | 'bitrix24';
  paused: boolean;
}

/** A record's state, told once more and in other words: null, it is no record of the list. */
function expected(facts: Facts): RecordState | null {
  const isLinked = facts.mapping === 'linked';
  const isQueued = facts.queued === 'local' || (facts.queued === 'bitrix24' && facts.mapping !== 'none');
  const isFailed = facts.error === 'failed' || (facts.error === 'failed_by_deal' && facts.mapping !== 'none');
  if (facts.deleted && !isLinked) return null;
  if (isFailed) return 'failing';
  if (facts.mapping === 'orphaned') return 'orphaned';
  if (isLinked && facts.excluded) return 'excluded';
  if (facts.conflict === 'open') return 'conflict';
  if (facts.paused && (isLinked || isQueued)) return 'paused';
  if (isQueued || facts.error === 'pending') return 'waiting';
  return isLinked ? 'in_step' : 'not_linked';
}

const arbitraryFacts = fc.record<Facts>({
  deleted: fc.boolean(),
  mapping: fc.constantFrom('none', 'linked', 'linked', 'orphaned', 'unlinked'),
  excluded: fc.boolean(),
  error: fc.constantFrom('none', 'none', 'none', 'pending', 'failed', 'failed_by_deal', 'resolved'),
  conflict: fc.constantFrom('none', 'none', 'open', 'resolved'),
  queued: fc.constantFrom('none', 'none', 'local', 'bitrix24'),
  paused: fc.boolean(),
});

describe('the list of records', () => {
  let world: World;
  before(async () => {
    world = await startWorld(unlimited);
  });
  after(() => world.stop());

  const list = async ({ token }: Tenant, query: Record<string, string | number> = {}) => {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const answer = await world.call(token, 'GET', `${base}/records?${search}`);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data;
  };
  const stats = async ({ token }: Tenant) => (await world.call(token, 'GET', `${base}/stats`)).body.data.records;

  /** Writes facts as the tables hold them; the company is not connected, so that nothing else happens. */
  async function write(tenant: Tenant, kind: Kind, n: number, facts: Facts): Promise<number> {
    const insert = {
      object: 'insert into objects (tenant_id, name, deleted_at) values ($1, $2, $3) returning id',
      user: 'insert into users (tenant_id, name, deleted_at) values ($1, $2, $3) returning id',
      contract: 'insert into contracts (tenant_id, number, deleted_at) values ($1, $2, $3) returning id',
    }[kind];
    const [row] = await world.sql<{ id: number }>(insert, [
      tenant.id,
      `${kind} ${n}`,
      facts.deleted ? new Date() : null,
    ]);
    const id = row?.id ?? 0;
    const remote = 100_000 + n;
    if (facts.mapping !== 'none')
      await world.sql(
        `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state, excluded)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [tenant.id, kind, id, typeOf[kind], String(remote), facts.mapping, facts.excluded ? 'crm.types' : null],
      );
    if (facts.error !== 'none') {
      const byDeal = facts.error === 'failed_by_deal';
      await world.sql(
        `insert into integration_errors (tenant_id, operation, local_type, local_id, external_id, kind, code, message, retryable, status)
         values ($1, 'update', $2, $3, $4, 'validation', 'refused', 'Отказ', false, $5)`,
        [tenant.id, kind, byDeal ? null : id, String(remote), byDeal ? 'failed' : facts.error],
      );
    }
    if (facts.conflict !== 'none')
      await world.sql(
        `insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, winner, policy, state)
         values ($1, $2, $3, $4, 'title', 'crm', 'crm', $5)`,
        [tenant.id, kind, id, String(remote), facts.conflict],
      );
    if (facts.queued !== 'none')
      await world.sql('insert into sync_queue (tenant_id, entity, side, record_id) values ($1, $2, $3, $4)', [
        ...[tenant.id, kind, facts.queued],
        facts.queued === 'local' ? id : remote,
      ]);
    if (facts.paused)
      await world.sql(`insert into sync_pauses (tenant_id, entity, local_id, paused_by) values ($1, $2, $3, 'test')`, [
        ...[tenant.id, kind, id],
      ]);
    return id;
  }

  /** All pages of a list. */
  async function everyRow(tenant: Tenant, query: Record<string, string>) {
    const rows = [];
    for (let page = 1; ; page += 1) {
      const { records, pagination } = await list(tenant, { ...query, page, limit: 100 });
      rows.push(...records);
      if (!pagination.has_next) return { rows, total: pagination.total };
    }
  }

  it('gives each record one state, whatever is true of it, and counts as many as each list holds', async function () {
    this.timeout(60_000);
    const tenant = await world.addTenant();
    const facts = fc.sample(arbitraryFacts, { numRuns: 240, seed: 7 });
    const states = new Map<string, RecordState>();
    let portalOnly = 0;
    for (const [n, one] of facts.entries()) {
      const kind = kinds[n % 3] ?? 'object';
      const id = await write(tenant, kind, n, one);
      const state = expected(one);
      if (state) states.set(`${kind} ${id}`, state);
      if (one.error === 'failed_by_deal' && one.mapping === 'none') portalOnly += 1;
    }
    const counted = await stats(tenant);
    const seen = new Set<string>();
    for (const [state, count] of Object.entries<number>(counted.states)) {
      const { rows, total } = await everyRow(tenant, { state });
      expect(rows, state).to.have.length(count);
      expect(total, state).to.equal(count);
      for (const row of rows) {
        const key = `${row.local_type} ${row.local_id ?? `Б24 ${row.bitrix24_id}`}`;
        expect(seen.has(key), `${key} is in two lists`).to.equal(false);
        seen.add(key);
        expect(row.state).to.equal(state);
        if (row.local_id !== null) expect(states.get(key), JSON.stringify(row)).to.equal(state);
      }
    }
    expect(seen.size).to.equal(states.size + portalOnly);
    expect(counted.total).to.equal(seen.size);
    expect(portalOnly).to.be.above(0);
    for (const link of ['linked', 'crm_only', 'bitrix24_only'] satisfies RecordLink[]) {
      const { rows } = await everyRow(tenant, { link });
      expect(rows, link).to.have.length(counted.links[link]);
    }
    for (const kind of kinds) {
      const ofKind = counted.by_kind[kind];
      const { rows } = await everyRow(tenant, { local_type: kind });
      expect(rows, kind).to.have.length(ofKind.total);
      const { counts } = await list(tenant, { local_type: kind, state: 'failing' });
      expect(counts, 'the counters do not depend on the state that is chosen').to.deep.equal(ofKind);
    }
  });

  it('counts a pair that is orphaned, or unlinked, as not linked, and what is tried again by itself as waiting', async () => {
    const tenant = await world.addTenant();
    const quiet: Facts = {
      ...{ deleted: false, mapping: 'linked', excluded: false, error: 'none', conflict: 'none' },
      ...{ queued: 'none', paused: false },
    };
    await write(tenant, 'object', 1, quiet);
    await write(tenant, 'object', 2, { ...quiet, mapping: 'orphaned' });
    await write(tenant, 'object', 3, { ...quiet, mapping: 'unlinked' });
    await write(tenant, 'object', 4, { ...quiet, error: 'pending' });
    const { by_kind, ...all } = await stats(tenant);
    expect(all.links).to.deep.equal({ linked: 2, crm_only: 2, bitrix24_only: 0 });
    expect(all.states).to.include({ in_step: 1, orphaned: 1, not_linked: 1, waiting: 1, failing: 0 });
  });

  it('a record that is not linked and outside of the scope is excluded, and not missing', async () => {
    const tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name, type) values ($1, 'В', 'car'), ($1, 'Вне', 'boat')`, [
      tenant.id,
    ]);
    await world.call(tenant.token, 'PATCH', `${base}/settings`, { scope: { object: { crm: { types: ['car'] } } } });
    const { records } = await list(tenant, { state: 'excluded' });
    expect(records.map(({ local_name: name }: { local_name: string }) => name)).to.deep.equal(['Вне']);
    expect((await stats(tenant)).states).to.include({ excluded: 1, not_linked: 1 });
  });

  it('a filter is saved under a name for the whole company, replaced, and deleted; others do not see it', async () => {
    const [tenant, other] = [await world.addTenant(), await world.addTenant()];
    const views = async ({ token }: Tenant) =>
      (await world.call(token, 'GET', `${base}/views?list=records`)).body.data.views;
    const save = (name: string, filter: Record<string, string>) =>
      world.call(tenant.token, 'PUT', `${base}/views`, { list: 'records', name, filter });
    await save('Мои ошибки', { state: 'failing' });
    await save('Мои ошибки', { state: 'failing', kind: 'object' });
    const [saved, ...more] = await views(tenant);
    expect(more).to.deep.equal([]);
    expect(saved).to.deep.include({ name: 'Мои ошибки', filter: { state: 'failing', kind: 'object' } });
    expect(await views(other)).to.deep.equal([]);
    expect((await world.call(other.token, 'DELETE', `${base}/views/${saved.id}`)).status).to.equal(404);
    for (let n = 1; n < 50; n += 1) await save(`Фильтр ${n}`, {});
    expect((await save('Лишний', {})).body.code).to.equal('too_many_views');
    expect((await world.call(tenant.token, 'DELETE', `${base}/views/${saved.id}`)).status).to.equal(200);
    expect(await views(tenant)).to.have.length(49);
  });

  describe('of a company with 10 000 objects', () => {
    let tenant: Tenant;
    before(async () => {
      tenant = await world.addTenant();
      for (const sql of fill) await world.sql(sql, [tenant.id]);
      await world.sql('analyze');
    });

    const fill = [
      `insert into contracts (tenant_id, number, client_name, client_inn, client_email, client_phone)
       select $1, 'Д-' || n, 'ООО Клиент ' || n, (7700000000 + n)::text, 'client' || n || '@example.org', '8 (495) 100-' || lpad(n::text, 4, '0')
         from generate_series(1, 1000) n`,
      `insert into users (tenant_id, name, email, phone)
       select $1, 'Водитель ' || n, 'driver' || n || '@example.org', '+7 916 ' || lpad(n::text, 3, '0') || '-45-67' from generate_series(1, 900) n`,
      `insert into objects (tenant_id, name, imei, phone_number)
       select $1, 'КамАЗ ' || n, (350000000000000 + n)::text, '+7999' || lpad(n::text, 7, '0') from generate_series(1, 10000) n`,
      `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state, last_sync_at)
       select $1, 'object', id, 'deal', (500000 + id)::text, case when id % 50 = 0 then 'orphaned' else 'linked' end, now() - id * interval '1 second'
         from objects where tenant_id = $1 and id % 20 <> 0`,
      `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status)
       select $1, 'update', 'object', id, 'validation', 'refused', 'Отказ', false, 'failed' from objects where tenant_id = $1 and id % 21 = 0`,
      `insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, winner, policy)
       select $1, 'object', id, '1', 'title', 'crm', 'crm' from objects where tenant_id = $1 and id % 25 = 1`,
      `insert into sync_queue (tenant_id, entity, side, record_id) select $1, 'object', 'local', id from objects where tenant_id = $1 and id % 7 = 3`,
    ];
    const names = (records: { local_name: string }[]) => records.map(({ local_name: name }) => name);
    const found = async (q: string) => names((await list(tenant, { q })).records);

    it('finds by name, IMEI, e-mail, INN and number of the deal', async () => {
      expect(await found('КамАЗ 9999')).to.deep.equal(['КамАЗ 9999']);
      expect(await found('350000000004321')).to.deep.equal(['КамАЗ 4321']);
      expect(await found('driver77@')).to.deep.equal(['Водитель 77']);
      expect(await found('7700000456')).to.deep.equal(['Д-456 ООО Клиент 456']);
      const [linked] = (await list(tenant, { link: 'linked', limit: 1 })).records;
      expect(await found(linked.bitrix24_id)).to.include(linked.local_name);
      expect(await found('Д-77 ООО')).to.deep.equal(['Д-77 ООО Клиент 77']);
      expect(await found('100 % таких нет')).to.deep.equal([]);
    });

    it('finds a phone however it is typed', async () => {
      for (const q of ['89160554567', '+7 (916) 055-45-67', '916 055 45 67', '7-916-055-45-67'])
        expect(await found(q), q).to.deep.equal(['Водитель 55']);
      expect(await found('+74951000123')).to.deep.equal(['Д-123 ООО Клиент 123']);
    });

    it('sorts by each column, both ways, and a page goes on where the last one ended', async () => {
      const byName = names((await list(tenant, { local_type: 'user', sort: 'name', order: 'asc', limit: 3 })).records);
      expect(byName).to.deep.equal(['Водитель 1', 'Водитель 10', 'Водитель 100']);
      const { records } = await list(tenant, { sort: 'synced', order: 'desc', limit: 5 });
      const times = records.map(({ last_sync_at: at }: { last_sync_at: string }) => at);
      expect(times).to.deep.equal([...times].sort().reverse());
      const pages = [1, 2].map((page) => list(tenant, { sort: 'changed', order: 'asc', limit: 50, page }));
      const ids = (await Promise.all(pages)).flatMap((page) =>
        page.records.map((row: { local_type: string; local_id: number }) => `${row.local_type} ${row.local_id}`),
      );
      expect(new Set(ids).size).to.equal(100);
    });
  });
});
