import { expect } from 'chai';
import fc from 'fast-check';
import { objectMap } from '../../../../app/field-maps/objects.ts';
import type { LocalRecord, RemoteValues } from '../../../../app/field-maps/types.ts';
import type { LoadedPair } from '../../../../app/sync/pair.ts';
import { isUneventful, type MergeResult, merge } from '../../../../app/sync/plan/merge.ts';
import { mergeInputOf, type PlanContext } from '../../../../app/sync/plan/plan-pair.ts';
import { settingsOf } from '../../../../app/sync/plan/settings.ts';
import { mergedRemote, nextShadows, type Shadows, shadowsOf, wantedRemote } from '../../../../app/sync/plan/shadows.ts';
import { decideUndo, spansOf, type UndoLine } from '../../../../app/sync/plan/undo.ts';

const at = new Date('2026-11-26T10:00:00Z');

/** What the decision looks at of a context. */
const contextWith = (settings: Record<string, unknown> = {}) =>
  ({ settings: settingsOf(settings), fieldMap: objectMap, runFilters: new Map() }) as unknown as PlanContext;

interface Sides {
  local: LocalRecord;
  remote: RemoteValues;
  shadows: Shadows;
}

function pairOf({ local, remote, shadows }: Sides): LoadedPair {
  return {
    ...{ entity: 'object', readAt: at, shadows, matched: false, mapping: null, asked: [] },
    local: { id: 1, record: local, modifiedAt: at, deleted: false },
    remote: { ...remote, id: 7, modifiedAt: at, createdAt: at, originId: null, originatorId: null },
  } as unknown as LoadedPair;
}

function equalSides(name: string, description: string | null): Sides {
  const local: LocalRecord = { name, description, imei: '356307042441013', type: null, contract_id: null };
  const remote = wantedRemote(objectMap, local);
  return { local, remote, shadows: shadowsOf(objectMap, local, remote) };
}

/** One pass of the engine over the pair; the lines that it would log. */
function pass(context: PlanContext, sides: Sides): { sides: Sides; lines: UndoLine[] } {
  const result = merge(mergeInputOf(context, pairOf(sides)));
  const local: LocalRecord = Object.assign({}, sides.local, ...result.toLocal.map(({ columns }) => columns));
  const remote = result.toRemote.length > 0 ? mergedRemote(result, sides.remote, sides.shadows.remote) : sides.remote;
  const outcome = {
    before: { local: sides.local, remote: sides.remote },
    localAfter: local,
    remoteAfter: result.toRemote.length > 0 ? remote : null,
  };
  const shadows = nextShadows(objectMap, sides.shadows, result, outcome);
  return { sides: { local, remote, shadows }, lines: linesOf(result) };
}

function linesOf({ toRemote, toLocal }: MergeResult): UndoLine[] {
  const changes = (list: MergeResult['toRemote']) =>
    Object.fromEntries(list.map(({ pair, before, after }) => [pair.key, { before, after }]));
  return [
    { direction: 'to_bitrix' as const, list: toRemote },
    { direction: 'from_bitrix' as const, list: toLocal },
  ]
    .filter(({ list }) => list.length > 0)
    .map(({ direction, list }, index) => ({
      ...{ id: index + 1, entity: 'object', localId: 1, remoteId: 7, operation: 'update' },
      ...{ direction, changes: changes(list) },
    }));
}

type Edit = { side: 'crm' | 'bitrix24'; field: 'name' | 'description' | 'imei'; value: string };

const remoteFieldOf = { name: 'TITLE', description: 'COMMENTS', imei: 'UF_NOT_OURS' } as const;

function edited(sides: Sides, { side, field, value }: Edit): Sides {
  if (side === 'crm') return { ...sides, local: { ...sides.local, [field]: value } };
  const former = String(sides.remote.fields.COMMENTS ?? '');
  const marker = former.indexOf('———');
  const below = marker < 0 ? '' : `\n\n${former.slice(marker)}`;
  const shown = field === 'description' ? `${value}${below}` : value;
  return { ...sides, remote: { ...sides.remote, fields: { ...sides.remote.fields, [remoteFieldOf[field]]: shown } } };
}

const read = ({ local, remote, shadows }: Sides) =>
  Object.fromEntries(
    objectMap.pairs.map((pair) => [pair.key, [pair.readLocal(local), pair.readRemote(remote, shadows.remote)]]),
  );

const words = fc.stringMatching(/^[A-Za-zА-я0-9]{1,8}( [A-Za-zА-я0-9]{1,6}){0,2}$/);
const edit: fc.Arbitrary<Edit> = fc.record({
  side: fc.constantFrom('crm', 'bitrix24'),
  field: fc.constantFrom('name', 'description', 'imei'),
  value: words,
});

describe('taking back what a run did to a pair', () => {
  it('whatever ran and was edited since: what was not is as before on both sides, the rest is listed, nothing else changes', () => {
    const edits = fc.array(edit, { maxLength: 3 });
    fc.assert(
      fc.property(words, fc.option(words), edits, edits, fc.boolean(), (name, description, first, later, isCarried) => {
        const context = contextWith();
        const before = first.reduce(edited, equalSides(name, description));
        const ran = pass(context, before);
        const touched = later.reduce(edited, ran.sides);
        const since = isCarried ? pass(context, touched).sides : touched;
        const { columns, undone, left } = decideUndo(context, pairOf(since), ran.lines);
        const afterUndo = pass(context, { ...since, local: { ...since.local, ...columns } }).sides;

        const [was, wrote, stood, is] = [before, ran.sides, since, afterUndo].map(read);
        const spans = spansOf(ran.lines);
        for (const { key } of undone) {
          const written = spans.find((span) => span.key === key)?.side === 'crm' ? 0 : 1;
          const former = was?.[key]?.[written];
          expect(is?.[key], `${key} is on both sides what the run overwrote`).to.deep.equal([former, former]);
          expect(stood?.[key], `${key} was not edited`).to.deep.equal(wrote?.[key]);
        }
        const handled = new Set([...undone, ...left].map(({ key }) => key));
        for (const { key, first: began } of spans) {
          const isBack = stood?.[key]?.includes(began) === true;
          expect(handled.has(key) || isBack, `${key} is undone, listed, or back already`).to.equal(true);
        }
        // What was not to be undone is what the next pass would have made of it anyway.
        const untouched = read(pass(context, since).sides);
        for (const { key, owner } of objectMap.pairs)
          if (owner === 'both' && !undone.some((one) => one.key === key))
            expect(is?.[key], `${key} stays`).to.deep.equal(untouched[key]);
        expect(isUneventful(merge(mergeInputOf(context, pairOf(afterUndo))))).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  const renamed = () => {
    const before = equalSides('КамАЗ', 'Рефрижератор');
    return pass(contextWith(), edited(before, { side: 'crm', field: 'name', value: 'МАЗ' }));
  };

  it('a value typed since on one side alone, and not carried over yet, is left to its side', () => {
    const { sides, lines } = renamed();
    for (const side of ['crm', 'bitrix24'] as const) {
      const { undone, left } = decideUndo(
        contextWith(),
        pairOf(edited(sides, { side, field: 'name', value: 'ГАЗ' })),
        lines,
      );
      expect([undone, left]).to.deep.equal([[], [{ key: 'title', logId: 1, reason: 'edited', side }]]);
    }
  });

  it('a field that is switched off, or goes one way only, is left with that reason', () => {
    const { sides, lines } = renamed();
    const off = {
      ...contextWith(),
      fieldMap: { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key !== 'title') },
    };
    expect(decideUndo(off, pairOf(sides), lines).left[0]?.reason).to.equal('not_mapped');
    const oneWay = contextWith({ directions: { object: 'from_bitrix' } });
    expect(decideUndo(oneWay, pairOf(sides), lines).left[0]?.reason).to.equal('one_way');
  });

  it('what is computed of other columns is left with that reason', () => {
    const before = equalSides('КамАЗ', null);
    const { sides, lines } = pass(
      contextWith(),
      edited(before, { side: 'crm', field: 'imei', value: '490154203237518' }),
    );
    const { undone, left } = decideUndo(contextWith(), pairOf(sides), lines);
    expect([undone, left.map(({ key, reason }) => [key, reason])]).to.deep.equal([[], [['details', 'computed']]]);
  });

  it('several lines about one field span from the first value to the last', () => {
    const line = (id: number, before: string, after: string): UndoLine => ({
      ...{ id, entity: 'object', localId: 1, remoteId: 7, direction: 'to_bitrix', operation: 'update' },
      changes: { title: { before, after } },
    });
    const spans = spansOf([line(1, 'А', 'Б'), line(2, 'Б', 'В')]);
    expect(spans).to.deep.equal([{ key: 'title', logId: 2, side: 'bitrix24', first: 'А', last: 'В' }]);
  });
});
