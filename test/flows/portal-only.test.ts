import { expect } from 'chai';
import { startScoping } from '../support/scoping.ts';
import { type Answer, startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';
const serviceFunnel = 1;

interface Row {
  bitrix24_id: string;
  name: string | null;
  detail: string | null;
  waiting: boolean;
  error: { code: string } | null;
}

describe('records that are in Bitrix24 alone', () => {
  let world: World;
  let tenant: Tenant;
  let other: Tenant;
  let put: (settings: Record<string, unknown>) => Promise<void>;

  const deals = () => world.portal.records('deal');
  const addDeal = (fields: Record<string, unknown>) => Number(deals().create(fields).ID);
  const post = (path: string, body: unknown, { token }: Tenant = tenant) => world.call(token, 'POST', path, body);
  const ask = (
    query: Record<string, string | number> = {},
    { token }: Tenant = tenant,
    headers = {},
  ): Promise<Answer> => {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return world.call(token, 'GET', `${base}/records/bitrix24-only?${search}`, undefined, headers);
  };
  const list = async (query: Record<string, string | number> = {}, who: Tenant = tenant) => {
    const answer = await ask(query, who);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body.data as { records: Row[]; next_cursor: string | null; looked_at: number };
  };
  const idsOf = (records: readonly Row[]) => records.map(({ bitrix24_id: id }) => Number(id));

  /** All pages; `between` happens after each. */
  async function everyId(query: Record<string, string | number> = {}, who = tenant, between?: (page: number) => void) {
    const ids: number[] = [];
    for (let page = 0, cursor = ''; ; page += 1) {
      const { records, next_cursor: next } = await list({ ...query, ...(cursor && { cursor }) }, who);
      ids.push(...idsOf(records));
      if (next === null) return ids;
      cursor = next;
      between?.(page);
    }
  }

  const own: number[] = [];
  let imported: number[] = [];
  let ofOther: number[] = [];

  before(async () => {
    const story = await startScoping({ events: false });
    ({ world, tenant, put } = story);
    other = await world.addTenant('ООО Василёк');
    await world.connect(other);
    for (let n = 1; n <= 3; n += 1) await post('/api/objects', { name: `Свой ${n}` });
    for (let n = 1; n <= 6; n += 1) await post('/api/objects', { name: `Чужой ${n}` }, other);
    await world.settled();
    for (let n = 1; n <= 120; n += 1) own.push(addDeal({ TITLE: `Сделка ${n}` }));
    for (let n = 1; n <= 30; n += 1) addDeal({ TITLE: `Шаблон ${n}`, IS_RECURRING: 'Y' });
    for (let n = 1; n <= 8; n += 1) addDeal({ TITLE: `Сервис ${n}`, CATEGORY_ID: serviceFunnel });
    own.push(addDeal({ TITLE: 'Последняя сделка' }));
    const [mine] = await world.sql<{ id: number }>('select id from objects where tenant_id = $1', [tenant.id]);
    const { ORIGIN_ID: copied } = await world.remoteOf(tenant, 'object', mine?.id ?? 0);
    // A copy of a linked deal, one of another database, one of a company that is here no more, one in the form of earlier releases.
    for (const ORIGIN_ID of [
      copied,
      'zzzzzzzz:1:object:7',
      `${String(copied).slice(0, 8)}:999:object:7`,
      `${tenant.id}:object:7`,
    ])
      addDeal({ TITLE: 'Чужая метка', ORIGINATOR_ID: 'axenta', ORIGIN_ID });
    imported = own.slice(10, 30);
    ofOther = own.slice(40, 44);
    await post(`${base}/records/create`, { local_type: 'object', bitrix24_ids: ofOther }, other);
    await post(`${base}/records/create`, { local_type: 'object', bitrix24_ids: imported });
    await put({ scope: { object: { bitrix24: { categories: [0] } } } });
  });
  after(() => world.stop());

  const free = () => own.filter((id) => !imported.includes(id) && !ofOther.includes(id));

  it('are all listed, page by page: no linked one, no template, none out of the scope, none of another company', async () => {
    expect(await everyId()).to.deep.equal(free());
    expect(await everyId({ limit: 50 })).to.deep.equal(free());
    const { records } = await list({ limit: 1 });
    expect(records[0]).to.deep.include({
      ...{ local_type: 'object', bitrix24_type: 'deal', bitrix24_id: String(own[0]), name: 'Сделка 1' },
      ...{ detail: null, waiting: false, error: null },
    });
  });

  it('another company on the same portal sees all but its own, and nothing of who has the others', async () => {
    const known = new Set([...imported, ...ofOther]);
    const theirs = await everyId({ limit: 50 }, other);
    expect(theirs.filter((id) => own.includes(id))).to.deep.equal(own.filter((id) => !known.has(id)));
    for (const { name } of (await list({ limit: 50 }, other)).records) expect(name).to.not.match(/^(Свой|Чужой)/);
  });

  it('are each listed once although records come and go between the pages', async () => {
    const before = free();
    const [early, late] = [before[2] ?? 0, before[90] ?? 0];
    let added = 0;
    const seen = await everyId({}, tenant, (page) => {
      if (page === 0) deals().delete(early);
      if (page === 1) deals().delete(late);
      if (page === 2) added = addDeal({ TITLE: 'Новая' });
    });
    expect(seen).to.deep.equal([...before.filter((id) => id !== late), added]);
    own.push(added);
    for (const gone of [early, late]) own.splice(own.indexOf(gone), 1);
  });

  it('cost three requests an answer at the most, also where most of the portal is linked', async () => {
    await world.sql(
      `insert into objects (tenant_id, name) select $1, 'Связанная ' || n from generate_series(1, 600) n`,
      [tenant.id],
    );
    await world.settled(60_000);
    const last = addDeal({ TITLE: 'За всеми связанными' });
    own.push(last);
    const { next_cursor: behind } = await list({ limit: 50, q: 'Последняя' });
    expect(behind).to.equal(null);
    world.portal.journal.clear();
    let cursor: string | undefined;
    let answers = 0;
    const ids: number[] = [];
    do {
      const page = await list({ limit: 50, ...(cursor && { cursor }) });
      cursor = page.next_cursor ?? undefined;
      ids.push(...idsOf(page.records));
      answers += 1;
    } while (cursor);
    expect(ids).to.deep.equal(free());
    const requests = world.portal.journal.calls({ method: 'batch' }).length;
    expect(requests, `${answers} answers`).to.be.at.most(answers * 3);
    expect(answers).to.be.at.most(6);
  });

  it('are found by a part of the name, by the number, by a phone in any spelling and by an e-mail', async () => {
    const names = async (query: Record<string, string>) => (await list(query)).records.map(({ name }) => name);
    expect(await names({ q: 'последняя' })).to.deep.equal(['Последняя сделка']);
    expect(await names({ q: String(own[0]) })).to.include('Сделка 1');
    expect(await names({ q: String(imported[0]) })).to.not.include(`Сделка ${own.indexOf(imported[0] ?? 0) + 1}`);
    expect(await names({ q: 'Шаблон' })).to.deep.equal([]);
    world.portal.records('contact').create({
      ...{ NAME: 'Анна', LAST_NAME: 'Королёва' },
      ...{ PHONE: [{ VALUE: '+7 916 123-45-67' }], EMAIL: [{ VALUE: 'anna@mail.example' }] },
    });
    world.portal.records('contact').create({ NAME: 'Анна', LAST_NAME: 'Лисицына' });
    world.portal.records('company').create({ TITLE: 'ООО Поле', EMAIL: [{ VALUE: 'pole@mail.example' }] });
    world.portal.records('company').create({ TITLE: 'ООО Наше', IS_MY_COMPANY: 'Y' });
    world.portal.records('company').create({ TITLE: 'ООО Поставщик', CATEGORY_ID: 12 });
    const anna = (await list({ local_type: 'user', q: 'анна королёва' })).records;
    expect(anna).to.have.length(1);
    expect(anna[0]).to.deep.include({ name: 'Королёва Анна', detail: 'anna@mail.example, +7 916 123-45-67' });
    expect(await names({ local_type: 'user', q: '8 (916) 123-45-67' })).to.deep.equal(['Королёва Анна']);
    expect(await names({ local_type: 'user', q: 'Anna@mail.example' })).to.deep.equal(['Королёва Анна']);
    expect(await names({ local_type: 'user', q: '8 916 000-00-00' })).to.deep.equal([]);
    expect(await names({ local_type: 'contract', q: 'pole@mail.example' })).to.deep.equal(['ООО Поле']);
    expect(await names({ local_type: 'contract' })).to.deep.equal(['ООО Поле']);
  });

  it('get a CRM record each when several are chosen; what is not possible for one is told and stops no other', async () => {
    const [one = 0, two = 0, taken = 0] = [own[0], own[1], imported[0]];
    const template = Number(
      deals()
        .list()
        .find(({ TITLE }) => TITLE === 'Шаблон 1')?.ID,
    );
    const service = Number(
      deals()
        .list()
        .find(({ TITLE }) => TITLE === 'Сервис 1')?.ID,
    );
    const [foreign = 0] = ofOther;
    const asked = [one, two, taken, template, service, foreign, 999_999];
    const { status, body } = await post(`${base}/records/create`, { local_type: 'object', bitrix24_ids: asked });
    expect(status).to.equal(200);
    expect(body.data.done).to.equal(2);
    expect(
      body.data.left.map(({ bitrix24_id, code }: Record<string, string>) => [Number(bitrix24_id), code]),
    ).to.deep.equal([
      [taken, 'already_linked'],
      [template, 'never_paired'],
      [service, 'outside_scope'],
      [foreign, 'not_created'],
      [999_999, 'not_found'],
    ]);
    await world.settled();
    const rows = await world.sql(`select name from objects where tenant_id = $1 and name in ('Сделка 1', 'Сделка 2')`, [
      tenant.id,
    ]);
    expect(rows).to.have.length(2);
    own.splice(0, 2);
    expect(await everyId({ limit: 50 })).to.deep.equal(free());
  });

  it('that were linked, by hand or as a new CRM record, are listed no more; one that was unlinked is back', async () => {
    const [linked = 0, made = 0] = free();
    const [object] = await world.sql<{ id: number }>(
      `insert into objects (tenant_id, name) values ($1, 'Без пары') returning id`,
      [tenant.id],
    );
    await world.settled();
    const former = await world.remoteOf(tenant, 'object', object?.id ?? 0);
    await post(`${base}/records/unlink`, { records: [{ local_type: 'object', local_id: object?.id }] });
    const unlinked = Number(former.ID);
    expect(await everyId({ limit: 50 })).to.include.members([linked, made, unlinked]);
    expect((await post(`${base}/cards/deal/${linked}/link`, { local_id: object?.id })).status).to.equal(200);
    expect((await post(`${base}/cards/deal/${made}/create`, {})).status).to.equal(200);
    await world.settled();
    const left = await everyId({ limit: 50 });
    expect(left).to.not.include(linked).and.not.include(made);
  });

  it('are neither made nor told where the kind goes to the portal only', async () => {
    await put({ directions: { object: 'to_bitrix' }, scope: { object: { bitrix24: { categories: [0] } } } });
    const { status, body } = await post(`${base}/records/create`, { local_type: 'object', bitrix24_ids: [free()[5]] });
    expect([status, body.code]).to.deep.equal([409, 'creating_is_off']);
    await put({ scope: { object: { bitrix24: { categories: [0] } } } });
  });

  for (const closedKindList of ['refused', 'empty'] as const) {
    it(`cannot be listed without the right to read them, and it says so (a closed list is ${closedKindList})`, async () => {
      world.portal.switches.closedKindList = closedKindList;
      const allow = world.portal.rights.deny({ kind: 'company', action: 'read' });
      const ru = await ask({ local_type: 'contract' });
      expect([ru.status, ru.body.code]).to.deep.equal([502, 'ACCESS_DENIED']);
      expect(ru.body.error).to.match(/^Нет права читать компании в Битрикс24/);
      const en = await ask({ local_type: 'contract' }, tenant, { 'accept-language': 'en' });
      expect(en.body.error).to.match(/^No right to read companies in Bitrix24/);
      expect((await list({})).records).to.have.length(20);
      allow();
      expect((await list({ local_type: 'contract' })).records).to.have.length(1);
    });
  }

  it('cannot be listed while the portal is away or has had enough, and can be again', async () => {
    world.portal.faults.isDown = true;
    const away = await ask();
    world.portal.faults.isDown = false;
    expect(away.status).to.equal(502);
    expect(away.body.code).to.match(/^[a-zA-Z_]+$/);
    const busy = world.portal.faults.add({
      method: 'batch',
      action: { kind: 'refuse', status: 503, error: 'QUERY_LIMIT_EXCEEDED', description: 'Too many requests' },
    });
    const refused = await ask();
    busy();
    expect([refused.status, refused.body.code]).to.deep.equal([503, 'QUERY_LIMIT_EXCEEDED']);
    await world.skipWaits();
    expect((await list()).records).to.have.length(20);
  });

  it('are for administrators; a cursor of another kind, and a company without a connection, are refused', async () => {
    const { next_cursor: cursor } = await list();
    const foreign: Record<string, string | number>[] = [
      { cursor: cursor ?? '', local_type: 'user' },
      { cursor: 'x' },
      { limit: 51 },
    ];
    for (const query of foreign) {
      const { status, body } = await ask(query);
      expect([status, body.code]).to.deep.equal([400, 'invalid_request']);
    }
    const loose = await world.addTenant('ООО Без портала');
    const { status, body } = await ask({}, loose);
    expect([status, body.code]).to.deep.equal([400, 'not_configured']);
  });
});

describe('a portal that takes its time', () => {
  it('ends a list of what it has alone with a reason, instead of leaving a person to wait', async () => {
    const world = await startWorld({ ...unlimited, config: { role: 'web' }, patience: { readMs: 300, writeMs: 300 } });
    try {
      const tenant = await world.addTenant();
      await world.connect(tenant);
      world.portal.faults.stall = { kind: 'hang' };
      const began = Date.now();
      const { status, body } = await world.call(tenant.token, 'GET', `${base}/records/bitrix24-only`);
      expect(Date.now() - began).to.be.below(10_000);
      expect([status, body.code]).to.deep.equal([502, 'portal_answer_late']);
    } finally {
      await world.stop();
    }
  });
});
