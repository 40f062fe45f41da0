import { expect } from 'chai';
import fc from 'fast-check';
import { type Scoping, serviceFunnel, startScoping, type Values } from '../support/scoping.ts';

/** What the oracle knows of one object, or of one deal, or of both. */
interface Pair {
  crm: { id: number | null; name: string; text: string | null; facts: Values } | null;
  deal: { id: number | null; title: string; text: string | null; facts: Values } | null;
}

interface Rules {
  crm: { types?: string[]; statuses?: string[]; contract_ids?: number[]; clients?: string[] };
  bitrix24: { categories?: number[]; stages?: string[]; sources?: string[]; responsible?: number[] };
}

type Op =
  | { kind: 'add_object'; facts: Values }
  | { kind: 'add_deal'; facts: Values }
  | { kind: 'change_object'; pick: number; facts: Values }
  | { kind: 'change_deal'; pick: number; facts: Values };

const some = <Value>(...values: Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const funnelOf = (stage: string) => (stage.startsWith('C1:') ? serviceFunnel : 0);
/** A stage of a funnel that the same rule leaves out is refused. */
const isTaken = ({ bitrix24: { categories, stages } }: Rules) =>
  !categories || !stages || stages.every((stage) => categories.includes(funnelOf(stage)));
const rules: fc.Arbitrary<Rules> = fc
  .record({
    crm: fc.record(
      {
        types: some('truck', 'car'),
        statuses: some('active', 'archived'),
        contract_ids: some(1, 2),
        clients: some('Ромашка', '7802345678'),
      },
      { requiredKeys: [] },
    ),
    bitrix24: fc.record(
      {
        categories: some(0, serviceFunnel),
        stages: some('NEW', 'EXECUTING', 'C1:NEW'),
        sources: some('WEB', 'CALL'),
        responsible: some(1, 7),
      },
      { requiredKeys: [] },
    ),
  })
  .filter(isTaken);
const objectFacts = fc.record({
  type: fc.constantFrom(null, 'truck', 'car'),
  status: fc.constantFrom('active', 'archived'),
  contract_id: fc.constantFrom(null, 1, 2),
});
const dealFacts = fc.record({
  place: fc.constantFrom([0, 'NEW'], [0, 'EXECUTING'], [serviceFunnel, 'C1:NEW']),
  SOURCE_ID: fc.constantFrom(null, 'WEB', 'CALL'),
  ASSIGNED_BY_ID: fc.constantFrom(1, 7),
});
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant('add_object' as const), facts: objectFacts }),
  fc.record({ kind: fc.constant('add_deal' as const), facts: dealFacts }),
  fc.record({ kind: fc.constant('change_object' as const), pick: fc.nat(9), facts: objectFacts }),
  fc.record({ kind: fc.constant('change_deal' as const), pick: fc.nat(9), facts: dealFacts }),
);
const rounds = fc.array(
  fc.record({ rules: fc.option(rules, { freq: 2 }), ops: fc.array(op, { minLength: 2, maxLength: 5 }) }),
  {
    minLength: 3,
    maxLength: 4,
  },
);

const clientOf: Record<number, string[]> = { 1: ['Ромашка', '7701234567'], 2: ['Василёк', '7802345678'] };

function isIn<Value>(list: Value[] | undefined, value: unknown): boolean {
  return list === undefined || list.includes(value as Value);
}

/** The rules in the simplest words; nothing of the app is asked. */
function objectFits({ crm }: Rules, { type, status, contract_id: contract }: Values): boolean {
  const clients = clientOf[Number(contract ?? 0)] ?? [];
  const isClient = crm.clients === undefined || crm.clients.some((one) => clients.includes(one));
  return isIn(crm.types, type) && isIn(crm.statuses, status) && isIn(crm.contract_ids, contract) && isClient;
}

function dealFits({ bitrix24 }: Rules, { place, SOURCE_ID, ASSIGNED_BY_ID }: Values): boolean {
  const [category, stage] = place as [number, string];
  const isPlace = isIn(bitrix24.categories, category) && isIn(bitrix24.stages, stage);
  return isPlace && isIn(bitrix24.sources, SOURCE_ID) && isIn(bitrix24.responsible, ASSIGNED_BY_ID);
}

/** The contract's number stands in a deal's title. */
const bare = (title: unknown) => String(title).replace(/ \(договор .*\)$/, '');

/** What the two sides are when everything has settled; returns whose deal may have been written. */
function settle(pairs: readonly Pair[], now: Rules): Pair[] {
  return pairs.filter((pair) => {
    const { crm, deal } = pair;
    if (crm && deal) {
      if (!objectFits(now, crm.facts) || !dealFits(now, deal.facts)) return false;
      crm.name = deal.title;
      deal.text = crm.text;
      return true;
    }
    if (crm && objectFits(now, crm.facts)) {
      pair.deal = {
        id: null,
        title: crm.name,
        text: crm.text,
        facts: { place: [0, 'NEW'], SOURCE_ID: null, ASSIGNED_BY_ID: 1 },
      };
      return true;
    }
    if (deal && dealFits(now, deal.facts)) {
      pair.crm = {
        id: null,
        name: deal.title,
        text: deal.text,
        facts: { type: null, status: 'active', contract_id: null },
      };
      return true;
    }
    return false;
  });
}

describe('whatever the rules and the records are', () => {
  let story: Scoping;
  let next = 1;

  before(async () => {
    story = await startScoping();
    await story.insert('contract', { number: 'Д-1', client_name: 'Ромашка', client_inn: '7701234567' });
    await story.insert('contract', { number: 'Д-2', client_name: 'Василёк', client_inn: '7802345678' });
    await story.world.settled();
    await save({ crm: {}, bitrix24: {} });
  });
  after(() => story.world.stop());

  const save = ({ crm, bitrix24 }: Rules) =>
    story.put({
      scope: { object: { crm, bitrix24 } },
      import_new: { object: true },
      field_map: { object: { disabled: ['details', 'company', 'begin_date', 'close_date'] } },
    });
  const deals = () => story.records('object');
  const wire = ({ place, ...fields }: Values) => {
    const [CATEGORY_ID, STAGE_ID] = place as unknown[];
    return { ...fields, CATEGORY_ID, STAGE_ID };
  };

  async function apply(pairs: Pair[], touched: Set<Pair>, one: Op): Promise<void> {
    const label = `${next++}`;
    if (one.kind === 'add_object') {
      const crm = { name: `Объект ${label}`, text: `Текст ${label}` };
      const id = await story.insert('object', { name: crm.name, description: crm.text, ...one.facts });
      pairs.push({ crm: { ...crm, id, facts: one.facts }, deal: null });
    } else if (one.kind === 'add_deal') {
      const deal = { title: `Сделка ${label}`, text: `Текст ${label}` };
      const { ID } = deals().create({ TITLE: deal.title, COMMENTS: deal.text, ...wire(one.facts) });
      pairs.push({ crm: null, deal: { ...deal, id: Number(ID), facts: one.facts } });
    } else {
      const pair = pairs[one.pick % Math.max(1, pairs.length)];
      if (!pair || touched.has(pair)) return;
      const { crm, deal } = pair;
      if (one.kind === 'change_object' && crm?.id) {
        crm.text = `Текст ${label}`;
        crm.facts = one.facts;
        await story.update('object', crm.id, { description: crm.text, ...one.facts });
      } else if (one.kind === 'change_deal' && deal?.id) {
        deal.title = `Сделка ${label}`;
        deal.facts = one.facts;
        deals().update(deal.id, { TITLE: deal.title, ...wire(one.facts) });
      }
      touched.add(pair);
    }
    const added = pairs.at(-1);
    if (one.kind.startsWith('add') && added) touched.add(added);
  }

  /** Learns the ids of what was made, and holds both sides against the oracle. */
  async function compare(pairs: readonly Pair[], mayWrite: readonly Pair[]): Promise<void> {
    const rows = await story.world.sql<{ id: number; name: string; description: string | null }>(
      'select id, name, description from objects order by id',
    );
    const records = deals().list();
    for (const { crm, deal } of pairs) {
      if (crm && crm.id === null) crm.id = rows.find(({ name }) => name === crm.name)?.id ?? null;
      if (deal && deal.id === null)
        deal.id = Number(records.find(({ TITLE }) => bare(TITLE) === deal.title)?.ID ?? 0) || null;
    }
    const crm = rows.map(({ id, name, description }) => ({ id, name, text: description }));
    const expectedCrm = pairs.flatMap((pair) =>
      pair.crm ? [{ id: pair.crm.id, name: pair.crm.name, text: pair.crm.text }] : [],
    );
    expect(crm, 'the CRM').to.have.deep.members(expectedCrm);
    const there = records.map(({ ID, TITLE, COMMENTS }) => ({ id: Number(ID), title: bare(TITLE), text: COMMENTS }));
    const expectedDeals = pairs.flatMap(({ deal }) =>
      deal ? [{ id: deal.id, title: deal.title, text: deal.text }] : [],
    );
    expect(there, 'the portal').to.have.deep.members(expectedDeals);
    const allowed = new Set(mayWrite.map(({ deal }) => deal?.id));
    for (const { method, params } of story.world.portal.journal.calls({ write: true })) {
      const { id, entityTypeId } = params as { id?: unknown; entityTypeId?: unknown };
      if (method === 'crm.item.update' && Number(entityTypeId) === 2)
        expect(allowed, `deal ${id} was written`).to.include(Number(id));
    }
  }

  it('what is synchronised is what the rules say, and nothing outside of them is ever written', async () => {
    await fc.assert(
      fc.asyncProperty(rules, rounds, async (first, plan) => {
        await story.world.sql('delete from objects');
        for (const { ID } of deals().list()) deals().delete(Number(ID));
        let now = first;
        await save(now);
        await story.world.sql(`delete from bitrix24_sync_mappings where local_type = 'object'`);
        const pairs: Pair[] = [];
        for (const round of plan) {
          story.world.portal.journal.clear();
          if (round.rules) {
            now = round.rules;
            await save(now);
            // What a wider rule takes in has no event: a look and a run find it.
            await story.world.runJob('local_look', story.tenant);
            await story.run('from', { sync_objects: true, import_new: true });
            await story.world.settled();
            await compare(pairs, settle(pairs, now));
            story.world.portal.journal.clear();
          }
          const touched = new Set<Pair>();
          for (const one of round.ops) await apply(pairs, touched, one);
          await story.world.settled();
          await compare(pairs, settle(pairs, now));
        }
      }),
      { numRuns: 12, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
    );
  }).timeout(90_000);
});
