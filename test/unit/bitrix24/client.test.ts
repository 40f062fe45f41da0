import { expect } from 'chai';
import type { RemoteChanges } from '../../../app/field-maps/types.ts';
import { type SimulatedPortal, startPortal } from '../../portal/portal.ts';
import type { PortalSwitches } from '../../portal/switches.ts';
import { countRequests, type ReachedPortal, reachPortal } from '../../support/portal-client.ts';

const fields = (values: Record<string, unknown>): RemoteChanges => ({ fields: values, multifields: [] });

describe('the client of a portal', () => {
  let portal: SimulatedPortal;
  let reached: ReachedPortal;

  async function start(switches: Partial<PortalSwitches> = {}): Promise<void> {
    portal = await startPortal({ switches: { rateLimited: false, ...switches } });
    reached = reachPortal(portal);
  }
  afterEach(async () => {
    reached.close();
    await portal.stop();
  });

  async function create(entity: 'object' | 'user' | 'contract', changes: RemoteChanges): Promise<number> {
    const [outcome] = await reached.client.write([{ operation: 'create', entity, changes, originId: `1:${entity}:1` }]);
    if (!outcome?.ok) throw outcome?.error ?? new Error('No outcome');
    return outcome.id;
  }

  const texts = [
    'a#b?c&d+e%41=f',
    '  Ёжик «в» тумане, 100% 🚚',
    'it\'s "quoted" \\ and [b]bold[/b]',
    'строка\nдругая',
    '$100 и $result без скобок',
    '$result[k0000]',
    'см. $result[k0000][item][id] и $next[k0001]',
    '<не тег>',
  ];
  it('brings every text there and back, in one batch or beside it', async () => {
    await start();
    const outcomes = await reached.client.write(
      texts.map((text, index) => ({
        operation: 'create',
        entity: 'object',
        changes: fields({ TITLE: `№ ${index}`, COMMENTS: text }),
        originId: `1:object:${index}`,
      })),
    );
    // A portal keeps a bracket that belongs to no tag as an entity.
    const brackets = (text: unknown) => String(text).replaceAll('&#91;', '[').replaceAll('&#93;', ']');
    expect(outcomes.map((outcome) => outcome.ok && brackets(outcome.record?.fields.COMMENTS))).to.deep.equal(
      texts.map((text) => text.trim()),
    );
    expect(portal.journal.calls({ method: 'batch' })).to.have.length(1);
  });

  it('keeps the place of an outcome, wherever its command went', async () => {
    await start();
    const id = await create('object', fields({ TITLE: 'Камаз' }));
    const outcomes = await reached.client.write([
      { operation: 'create', entity: 'object', changes: fields({ TITLE: '$result[k0000]' }), originId: '1:object:2' },
      { operation: 'delete', entity: 'object', id: 999 },
      { operation: 'create', entity: 'object', changes: fields({ UF_CRM_NONE: '1' }), originId: '1:object:3' },
      { operation: 'delete', entity: 'object', id },
    ]);
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.id : outcome.error.code))).to.deep.equal([
      id + 1,
      999,
      'value_not_valid',
      id,
    ]);
    expect(
      portal
        .records('deal')
        .list()
        .map((deal) => deal.TITLE),
    ).to.deep.equal(['$result[k0000]']);
  });

  it('shows the failure of a command that went alone as its own', async () => {
    await start();
    portal.faults.add({
      method: 'crm.item.add',
      when: ({ fields: sent }) => JSON.stringify(sent).includes('$result['),
      action: { kind: 'dropAfter' },
    });
    const outcomes = await reached.client.write([
      { operation: 'create', entity: 'object', changes: fields({ TITLE: 'Хороший' }), originId: '1:object:1' },
      { operation: 'create', entity: 'object', changes: fields({ TITLE: '$result[x]' }), originId: '1:object:2' },
    ]);
    expect(outcomes[0]).to.deep.include({ ok: true });
    expect(outcomes[1]).to.have.nested.include({ ok: false, 'error.uncertain': true });
  });

  for (const companyFieldsStick of [false, true]) {
    it(`empties a field${companyFieldsStick ? ", also a company's, where crm.item.update cannot" : ''}`, async () => {
      await start({ companyFieldsStick });
      for (const [entity, kind] of [
        ['object', 'deal'],
        ['contract', 'company'],
      ] as const) {
        const id = await create(entity, fields({ TITLE: 'Имя', COMMENTS: 'Текст' }));
        const before = (await reached.client.read(entity, [id])).get(id);
        if (!before) throw new Error('It cannot be read');
        const changes = fields({ TITLE: 'Новое имя', COMMENTS: null });
        const [outcome] = await reached.client.write([{ operation: 'update', entity, id, changes, before }]);
        expect(outcome).to.have.nested.include({
          ok: true,
          'record.fields.COMMENTS': null,
          'record.fields.TITLE': 'Новое имя',
        });
        expect(portal.records(kind).get(id)).to.include({ TITLE: 'Новое имя', COMMENTS: null });
      }
    });
  }

  it('adds, changes and removes single values of a multifield by their ids', async () => {
    await start();
    const phone = (value: string) => ({ typeId: 'PHONE', valueType: 'WORK', value }) as const;
    const id = await create('user', {
      fields: { NAME: 'Анна' },
      multifields: [phone('+79990000001'), phone('+79990000002')],
    });
    const before = (await reached.client.read('user', [id])).get(id);
    if (!before) throw new Error('It cannot be read');
    const [first, second] = before.multifields;
    const multifields = [
      { ...phone('+79990000003'), id: first?.id ?? 0 },
      { ...phone(''), id: second?.id ?? 0 },
      phone('+79990000004'),
    ];
    await reached.client.write([
      { operation: 'update', entity: 'user', id, changes: { fields: {}, multifields }, before },
    ]);
    const { PHONE } = portal.records('contact').get(id) as unknown as { PHONE: { ID: string; VALUE: string }[] };
    expect(PHONE.map(({ VALUE }) => VALUE)).to.deep.equal(['+79990000003', '+79990000004']);
    expect(PHONE[0]?.ID).to.equal(String(first?.id));
  });

  it('reads two thousand records in one request', async () => {
    await start();
    const ids = Array.from({ length: 2000 }, (_, n) => portal.records('deal').create({ TITLE: `Сделка ${n}` })).map(
      ({ ID }) => Number(ID),
    );
    await reached.client.fields('object');
    const requests = countRequests(portal);
    const found = await reached.client.read('object', [...ids, ...ids.slice(0, 10), 999_999]);
    expect([...found.keys()].sort((a, b) => a - b)).to.deep.equal(ids);
    expect(requests.count).to.equal(1);
  });

  it('believes that a record is gone only when the portal says so', async () => {
    await start();
    const { ID } = portal.records('deal').create({ TITLE: 'Камаз' });
    portal.faults.add({ method: 'crm.item.list', action: { kind: 'emptyList' } });
    expect([...(await reached.client.read('object', [Number(ID)])).keys()]).to.deep.equal([]);
    expect(await reached.client.find('object', Number(ID))).to.have.nested.property('fields.TITLE', 'Камаз');
    expect(await reached.client.find('object', 4242)).to.equal(null);
  });

  it('imports without robots, rows of one command refused one by one', async () => {
    await start();
    portal.store.robot = () => ({ SOURCE_ID: 'ROBOT' });
    const email = (value: string) => [{ typeId: 'EMAIL', valueType: 'WORK', value } as const];
    const outcomes = await reached.client.importSilently('user', [
      { changes: { fields: { NAME: 'Анна' }, multifields: email('anna@example.com') }, originId: '1:user:1' },
      { changes: { fields: { NAME: 'Пётр' }, multifields: email('no e-mail') }, originId: '1:user:2' },
      { changes: fields({ NAME: 'Иван' }), originId: '1:user:3' },
    ]);
    // The answer names ids alone: whoever asked reads the records.
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.id : outcome.error.code))).to.deep.equal([
      1,
      'ERROR_CORE',
      3,
    ]);
    const contacts = portal.records('contact').list();
    expect(contacts.map(({ SOURCE_ID }) => SOURCE_ID)).to.deep.equal([null, null]);
    expect(contacts[0]).to.deep.include({ ORIGINATOR_ID: 'axenta', ORIGIN_ID: '1:user:1' });
  });

  it('finds every record of an origin, also those that are there twice, and nobody else’s', async () => {
    await start();
    const make = (ORIGIN_ID: string, ORIGINATOR_ID = 'axenta') =>
      Number(portal.records('deal').create({ TITLE: 'Сделка', ORIGINATOR_ID, ORIGIN_ID }).ID);
    const twice = Array.from({ length: 60 }, () => make('1:object:1'));
    const other = make('1:object:2');
    make('1:object:1', 'another system');
    const found = await reached.client.findByOrigin('object', ['1:object:1', '1:object:2', '1:object:3']);
    expect(found.map(({ id }) => id)).to.deep.equal([...twice, other]);
  });

  it('lists more than was asked for where a portal drops filters by time', async () => {
    await start({ timeFilters: 'dropped' });
    portal.records('deal').create({ TITLE: 'Старая' });
    const changedSince = new Date(Date.now() + 3_600_000);
    const { records } = await reached.client.list('object', { changedSince }, 0);
    expect(records).to.have.length(1);
  });

  for (const count of [0, 1, 50, 51, 100, 1050, 1101]) {
    it(`lists ${count} records, each once, in the order of their ids`, async () => {
      await start();
      const ids = Array.from({ length: count }, () => Number(portal.records('deal').create({ TITLE: 'Сделка' }).ID));
      const found: number[] = [];
      for (let after = 0, last = false, requests = 0; !last; requests++) {
        expect(requests).to.be.lessThan(4);
        const page = await reached.client.list('object', {}, after);
        found.push(...page.records.map(({ id }) => id));
        after = found.at(-1) ?? 0;
        last = page.last;
      }
      expect(found).to.deep.equal(ids);
    });
  }
});
