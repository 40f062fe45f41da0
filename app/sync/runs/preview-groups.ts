import { type FieldMap, nothingRemembered } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';
import type { LoadedPair } from '../pair.ts';
import { isUneventful } from '../plan/merge.ts';
import type { Planned } from '../plan/plan-pair.ts';

/**
 * What a run would do with a record: make its pair, link two that are there, write what differs, unlink or delete, leave it outside of
 * the scope, ask a person, or nothing. `fail`: the portal does not give the record; `skip`: nothing can be done with it now.
 */
export type PreviewGroup = 'create' | 'link' | 'update' | 'remove' | 'exclude' | 'ask' | 'fail' | 'skip' | 'equal';

/** One field of an example, as each side reads it; null is empty. */
export interface ExampleField {
  key: string;
  to: 'bitrix24' | 'crm' | 'conflict';
  before: string | null;
  after: string | null;
}

export interface PreviewExample {
  local_id: number | null;
  bitrix24_id: number | null;
  name: string | null;
  fields: ExampleField[];
  /** Why it is asked, left out or failed; null where that needs no reason. */
  reason: string | null;
}

export interface PreviewPart {
  count: number;
  /** How many of them are written in the portal. */
  to_bitrix: number;
  examples: PreviewExample[];
}

/** What a dry run found so far, by kind and group. */
export type Preview = Partial<Record<Entity, Partial<Record<PreviewGroup, PreviewPart>>>>;

/** Examples that are kept of each group. */
const shownExamples = 10;

/** A plan with what it comes to; `joins`: its company is made by another contract of the same portion. */
export interface PreviewedPlan {
  planned: Planned;
  joins: boolean;
}

/** The preview with one more portion of plans in it. Pure: as large as its groups, whatever the number of records. */
export function addToPreview(
  preview: Preview,
  fieldMap: FieldMap,
  { plans, failed }: { plans: readonly PreviewedPlan[]; failed: readonly LoadedPair[] },
): Preview {
  const { entity } = fieldMap;
  const parts: Partial<Record<PreviewGroup, PreviewPart>> = { ...preview[entity] };
  const add = (group: PreviewGroup, writes: boolean, example: () => PreviewExample) => {
    const { count, to_bitrix, examples } = parts[group] ?? { count: 0, to_bitrix: 0, examples: [] };
    const isShown = group !== 'equal' && examples.length < shownExamples;
    parts[group] = {
      count: count + 1,
      to_bitrix: to_bitrix + (writes ? 1 : 0),
      examples: isShown ? [...examples, example()] : examples,
    };
  };
  for (const { planned, joins } of plans) {
    const group = joins ? 'link' : groupOf(planned);
    add(group, writesToPortal(planned), () => exampleOf(fieldMap, planned));
  }
  for (const pair of failed) add('fail', false, () => ({ ...namesOf(pair), fields: [], reason: errorCode(pair) }));
  return { ...preview, [entity]: parts };
}

/** The calls to the portal that a preview comes to, by what is done there. Pure. */
export function portalWrites(preview: Preview): { create: number; update: number; remove: number } {
  const sum = { create: 0, update: 0, remove: 0 };
  for (const parts of Object.values(preview)) {
    sum.create += parts.create?.to_bitrix ?? 0;
    sum.update += (parts.update?.to_bitrix ?? 0) + (parts.link?.to_bitrix ?? 0);
    sum.remove += parts.remove?.to_bitrix ?? 0;
  }
  return sum;
}

function groupOf({ plan }: Planned): PreviewGroup {
  switch (plan.action) {
    case 'create_remote':
    case 'create_local':
      return 'create';
    case 'link':
      return 'link';
    case 'update':
      return isUneventful(plan.merge) ? 'equal' : 'update';
    case 'exclude':
      return 'exclude';
    case 'wait':
      return 'ask';
    case 'skip':
      return 'skip';
    case 'nothing':
      return 'equal';
    default:
      return 'remove';
  }
}

function writesToPortal({ plan }: Planned): boolean {
  if (plan.action === 'update') return plan.merge.toRemote.length > 0;
  return ['create_remote', 'link', 'close_remote', 'delete_remote'].includes(plan.action);
}

function exampleOf(fieldMap: FieldMap, { pair, plan }: Planned): PreviewExample {
  const names = namesOf(pair);
  if (plan.action === 'wait') return { ...names, fields: [], reason: plan.reason };
  if (plan.action === 'skip') return { ...names, fields: [], reason: plan.why ?? null };
  if (plan.action === 'exclude') return { ...names, fields: [], reason: plan.of };
  if (plan.action === 'create_remote' || plan.action === 'create_local')
    return { ...names, fields: newFields(fieldMap, pair), reason: null };
  if (!('merge' in plan)) return { ...names, fields: [], reason: plan.action };
  const { toRemote, toLocal, conflicts } = plan.merge;
  const changes = (list: typeof toRemote, to: ExampleField['to']) =>
    list.map(({ pair: field, before, after }) => ({ key: field.key, to, before, after }));
  const contested = conflicts.map(({ key, localValue, remoteValue }) => ({
    key,
    to: 'conflict' as const,
    before: localValue,
    after: remoteValue,
  }));
  return {
    ...names,
    fields: [...changes(toRemote, 'bitrix24'), ...changes(toLocal, 'crm'), ...contested],
    reason: null,
  };
}

/** The filled fields of a record that is made. */
function newFields({ pairs }: FieldMap, { local, remote }: LoadedPair): ExampleField[] {
  return pairs.flatMap(({ key, encode, readRemote }): ExampleField[] => {
    const after = local ? encode(local.record) : remote && readRemote(remote, nothingRemembered);
    return after === null || after === undefined ? [] : [{ key, to: local ? 'bitrix24' : 'crm', before: null, after }];
  });
}

/** A record by the name that people know it by: ours, else the portal's. */
function namesOf({ localId, remoteId, local, remote }: LoadedPair) {
  const { number, client_name, name } = local?.record ?? {};
  const { TITLE, NAME, LAST_NAME } = remote?.fields ?? {};
  const words = local ? [name, number, client_name] : [TITLE, NAME, LAST_NAME];
  const text = words.filter((word) => typeof word === 'string' && word !== '').join(' ');
  return { local_id: localId, bitrix24_id: remoteId, name: text === '' ? null : text };
}

function errorCode({ readError }: LoadedPair): string | null {
  const { code } = (readError ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
