import type { Canonical, FieldPair, LocalRecord } from '../../field-maps/types.ts';
import type { Entity, SyncDirection } from '../../lib/records.ts';
import type { LoadedPair } from '../pair.ts';
import { type MergeResult, merge } from './merge.ts';
import { mergeInputOf, type PlanContext } from './plan-pair.ts';

/** A line of the log that is to be taken back. */
export interface UndoLine {
  id: number;
  entity: Entity;
  localId: number;
  remoteId: number | null;
  direction: SyncDirection;
  operation: string;
  changes: Readonly<Record<string, { before: Canonical; after: Canonical }>>;
}

/**
 * Why something is left as it is. `edited`: a value is not the one that was written; `not_mapped`: the field is not synchronised any more;
 * `computed`: no CRM column of the record gives the former value; `one_way`: the settings do not let the value go back to the other side;
 * `record_gone`: one of the two records is not there, or they are not linked; `unreadable`: the portal does not give the record; `paused`; `excluded`: outside of the scope; `value_taken`:
 * another record has the value; `created_kept`, `link_kept`: asked to stay; `deleted`: a deletion or a closing is not taken back here; `shared`: other
 * contracts stand for the company, too.
 */
export type LeftReason =
  | 'edited'
  | 'not_mapped'
  | 'computed'
  | 'one_way'
  | 'record_gone'
  | 'unreadable'
  | 'paused'
  | 'excluded'
  | 'value_taken'
  | 'created_kept'
  | 'link_kept'
  | 'deleted'
  | 'shared';

export interface LeftField {
  /** Null: the record as a whole. */
  key: string | null;
  logId: number;
  reason: LeftReason;
  /** Of an edited one: whose value is another. */
  side?: 'crm' | 'bitrix24';
}

export interface UndoneField {
  key: string;
  logId: number;
  /** The CRM's value now, and as it becomes. */
  before: Canonical;
  after: Canonical;
}

export interface UndoneFields {
  /** What is to be written into the CRM record; the ordinary merge carries it to the other side. */
  columns: Record<string, unknown>;
  undone: UndoneField[];
  left: LeftField[];
}

/** What one run did to one field: where it began and where it ended, on the side that it wrote. */
interface Span {
  key: string;
  logId: number;
  side: 'crm' | 'bitrix24';
  first: Canonical;
  last: Canonical;
}

/**
 * Decides which fields of a pair go back to what they were before these lines (all of the pair's, in the order of the log). A field goes
 * back only while both sides still hold what was written: any other value is somebody's, and is left. The CRM record gets the former
 * value, and the same merge that every pass makes must carry it to the portal, or the field is left. Pure.
 */
export function decideUndo(context: PlanContext, pair: LoadedPair, lines: readonly UndoLine[]): UndoneFields {
  const result: UndoneFields = { columns: {}, undone: [], left: [] };
  const pending = merge(mergeInputOf(context, pair));
  for (const span of spansOf(lines)) {
    const { key, logId } = span;
    const decided = decideField(context, pair, { span, pending, columns: result.columns });
    if (decided === null) continue;
    if ('reason' in decided) result.left.push({ key, logId, ...decided });
    else {
      Object.assign(result.columns, decided.columns);
      result.undone.push({ key, logId, before: decided.before, after: decided.after });
    }
  }
  return result;
}

/** What becomes of one field; null when it is as it was before the lines already. */
function decideField(
  context: PlanContext,
  pair: LoadedPair,
  { span, pending, columns: others }: { span: Span; pending: MergeResult; columns: Record<string, unknown> },
):
  | Pick<LeftField, 'reason' | 'side'>
  | { columns: Record<string, unknown>; before: Canonical; after: Canonical }
  | null {
  const { key, side } = span;
  const field = context.fieldMap.pairs.find((one) => one.key === key);
  const local = pair.local?.record;
  const { remote, shadows } = pair;
  if (!field || !local || !remote) return { reason: 'not_mapped' };
  const now = { crm: field.readLocal(local), bitrix24: field.readRemote(remote, shadows.remote) };
  if (now[side] === span.first && isQuiet(key, pending)) return null;
  if (now[side] !== span.last) return { reason: 'edited', side };
  if (now.crm !== shadows.local[key]) return { reason: 'edited', side: 'crm' };
  if (now.bitrix24 !== shadows.remote.values[key]) return { reason: 'edited', side: 'bitrix24' };
  let reason: LeftReason = 'computed';
  for (const columns of candidatesOf(field, local, span, shadows.local[key])) {
    const changed = { ...local, ...others, ...columns };
    const sent = mergeWith(context, pair, changed).toRemote.find((change) => change.pair.key === key);
    const after = field.readLocal(changed);
    if (sent && (side === 'crm' ? after : sent.after) === span.first) return { columns, before: now.crm, after };
    if (!sent && (side === 'crm' ? after : field.encode(changed)) === span.first) reason = 'one_way';
  }
  return { reason };
}

function mergeWith(context: PlanContext, pair: LoadedPair, record: LocalRecord): MergeResult {
  const local = pair.local && { ...pair.local, record };
  return merge(mergeInputOf(context, { ...pair, local }));
}

/** Nothing of the field waits to be copied. */
function isQuiet(key: string, { toRemote, toLocal, conflicts }: MergeResult): boolean {
  const moving = [...toRemote, ...toLocal].map((change) => change.pair.key);
  return !moving.includes(key) && conflicts.every((conflict) => conflict.key !== key);
}

/** What to write so that the CRM record shows the former value. */
function candidatesOf(
  field: FieldPair,
  local: LocalRecord,
  { first }: Span,
  shadow: Canonical | undefined,
): Record<string, unknown>[] {
  const [column = ''] = field.localFields;
  const asRemote = field.decode(first, local, shadow);
  const candidates = [asRemote, { [column]: first }];
  return candidates.filter((columns) => Object.keys(columns).length > 0 && Object.keys(columns).every(isOwnColumn));
}

/** A contract's values stand in the object's record, and are the contract's own. */
function isOwnColumn(name: string): boolean {
  return name === 'contract_id' || !(name.startsWith('contract_') || name === 'client_contracts');
}

/** Of each field, what the lines did to it together. A value of the CRM says more than the portal's text of it. */
export function spansOf(lines: readonly UndoLine[]): Span[] {
  const spans = new Map<string, { crm?: Span; bitrix24?: Span }>();
  for (const { id, direction, operation, changes } of lines) {
    if (!fieldOperations.has(operation)) continue;
    const side = direction === 'from_bitrix' ? 'crm' : 'bitrix24';
    for (const [key, { before, after }] of Object.entries(changes)) {
      const known = spans.get(key) ?? {};
      const first = known[side] ? known[side].first : before;
      spans.set(key, { ...known, [side]: { key, logId: id, side, first, last: after } });
    }
  }
  return [...spans.values()].flatMap(({ crm, bitrix24 }) => crm ?? bitrix24 ?? []);
}

/** Lines that change fields of records that were there; the others make, link or take away records. */
export const fieldOperations: ReadonlySet<string> = new Set(['update', 'undo']);
/** Lines that made a record: in the portal, and here. */
export const creatingOperations: ReadonlySet<string> = new Set(['create', 'recreate', 'import']);
