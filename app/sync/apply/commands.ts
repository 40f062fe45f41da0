import type { RemoteRecord, WriteCommand, WriteOperation } from '../../bitrix24/client.ts';
import { diffRemote, isEmptyChanges } from '../../field-maps/remote-changes.ts';
import type { RemoteChanges, RemoteValues } from '../../field-maps/types.ts';
import { originator } from '../../lib/records.ts';
import type { LocalRow } from '../load/local-rows.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { MergeResult, StageMove } from '../plan/merge.ts';
import { originOf, readOrigin, renewedOrigin } from '../plan/origin-id.ts';
import { placedFields, placeOf } from '../plan/placement.ts';
import type { Planned } from '../plan/plan-pair.ts';
import { mergedRemote, shadowsOf, wantedRemote } from '../plan/shadows.ts';
import type { SentValues } from '../queue/sync-queue.ts';

/** One record to be written, with what is sent. */
export interface Write {
  planned: Planned;
  command: WriteCommand;
}

/** A record to be created, with what its shadows are if its answer is lost. */
export interface Create extends Write {
  command: Extract<WriteCommand, { operation: 'create' }>;
  localId: number;
  values: SentValues;
  /** The same without where the record is put; null when the tenant chose nothing for it. */
  unplaced: RemoteChanges | null;
}

export function isCreate(write: Write): write is Create {
  return write.command.operation === 'create';
}

/** The operation that a plan asks of the portal; null when it touches our side only. */
export function operationOfPlan(context: SyncContext, { pair, plan }: Planned): WriteOperation | null {
  switch (plan.action) {
    case 'create_remote':
      return isSilent(context, pair) ? 'import' : 'create';
    case 'update':
    case 'link':
      return mergeCommand(context, pair, plan) ? 'update' : null;
    case 'close_remote':
      return pair.remote && plan.move ? 'update' : null;
    case 'delete_remote':
      return pair.remoteId === null ? null : 'delete';
    default:
      return null;
  }
}

/** No robots start: the run was asked for so, or the place of the new record is. */
function isSilent({ silentRuns, settings, entity }: SyncContext, { rows, local }: LoadedPair): boolean {
  if (rows.some(({ runId }) => silentRuns.has(runId ?? 0))) return true;
  return local !== null && placeOf(settings.placement, entity, local.record).silent === true;
}

/** The command of a plan that is no create; null when nothing is to be sent after all. */
export function commandOf(context: SyncContext, { pair, plan }: Planned): WriteCommand | null {
  const { entity, remote, remoteId } = pair;
  if (plan.action === 'update' || plan.action === 'link') return mergeCommand(context, pair, plan);
  if (plan.action === 'delete_remote') return remoteId === null ? null : { operation: 'delete', entity, id: remoteId };
  if (plan.action !== 'close_remote' || !remote || !plan.move) return null;
  const move = { fields: { STAGE_ID: plan.move.to }, multifields: [] };
  return updateOf(pair, remote, withRenewedOrigin(context, pair, remote, move));
}

function mergeCommand(
  context: SyncContext,
  pair: LoadedPair,
  { action, merge, reopen }: { action: string; merge: MergeResult; reopen?: StageMove | null },
): WriteCommand | null {
  const { remote, shadows } = pair;
  if (!remote) return null;
  const after = mergedRemote(merge, remote, shadows.remote);
  const marked = action === 'link' ? withOrigin(context, pair, remote, after) : after;
  const wanted = reopen ? { ...marked, fields: { ...marked.fields, STAGE_ID: reopen.to } } : marked;
  const changes = diffRemote(remote, wanted);
  return isEmptyChanges(changes) ? null : updateOf(pair, remote, withRenewedOrigin(context, pair, remote, changes));
}

/** An update that sends these changes. */
export function updateOf(pair: LoadedPair, remote: RemoteRecord, changes: RemoteChanges): WriteCommand {
  return { operation: 'update', entity: pair.entity, id: remote.id, changes, before: remote };
}

/** A record that people made is marked as the pair of ours, unless another system marked it first. */
function withOrigin(context: SyncContext, pair: LoadedPair, record: RemoteRecord, values: RemoteValues): RemoteValues {
  const isMarked = record.originatorId !== null || record.originId !== null;
  if (pair.localId === null) return values;
  const renewed = renewedFor(context, pair, record);
  if (renewed !== null) return { ...values, fields: { ...values.fields, ORIGIN_ID: renewed } };
  if (isMarked) return values;
  const marks = { ORIGINATOR_ID: originator, ORIGIN_ID: originOf(context, pair.localId) };
  return { ...values, fields: { ...values.fields, ...marks } };
}

/** The origin that a record should carry and does not. A company may name any of the contracts that stand for it. */
function renewedFor(context: SyncContext, { localId, companions }: LoadedPair, remote: RemoteRecord): string | null {
  const origin = readOrigin(context, remote);
  if (localId === null) return null;
  const isOfCompanion = origin.whose === 'ours' && !origin.former && companions.includes(origin.localId);
  return isOfCompanion ? null : renewedOrigin(context, remote, localId);
}

/** An origin in the former form is renewed with whatever else is written. */
function withRenewedOrigin(
  context: SyncContext,
  pair: LoadedPair,
  remote: RemoteRecord,
  changes: RemoteChanges,
): RemoteChanges {
  const renewed = renewedFor(context, pair, remote);
  return renewed === null ? changes : { ...changes, fields: { ...changes.fields, ORIGIN_ID: renewed } };
}

const empty = { fields: {}, multifields: [] };

/** The last create of each local row as it was read: it is asked for when the pair is planned, planned anew, and sent. */
const made = new WeakMap<LocalRow, { context: SyncContext; create: Omit<Create, 'planned'> }>();

/** The create of a plan. Throws when the local record is missing. */
export function createOf(context: SyncContext, planned: Planned): Create {
  const { entity, local } = planned.pair;
  const known = local && made.get(local);
  if (known?.context === context) return { ...known.create, planned };
  if (!local) throw new Error(`The plan create_remote of ${entity} ${planned.pair.localId} lacks its local record`);
  const { fieldMap } = context;
  const place = placeFieldsOf(context, local);
  const wanted = wantedRemote(fieldMap, local.record, { fields: place, multifields: [] });
  const shadows = shadowsOf(fieldMap, local.record, wanted);
  const originId = originOf(context, local.id);
  const filled = diffRemote(empty, wanted);
  const changes = withPlace(place, filled);
  const create: Omit<Create, 'planned'> = {
    command: { operation: 'create', entity, changes, originId },
    unplaced: changes === filled ? null : filled,
    localId: local.id,
    values: { originId, local: { ...shadows.local }, remote: { ...shadows.remote.values } },
  };
  made.set(local, { context, create });
  return { ...create, planned };
}

function placeFieldsOf({ entity, settings, placing }: SyncContext, { record }: LocalRow): Record<string, unknown> {
  return placing ? placedFields(placeOf(settings.placement, entity, record), placing.choices, placing.fields) : {};
}

/** What the field map fills is stronger than where the record is put; a stage brings its own funnel. */
function withPlace(place: Record<string, unknown>, filled: RemoteChanges): RemoteChanges {
  const { CATEGORY_ID: funnel, STAGE_ID: stage } = filled.fields;
  const isElsewhere = funnel !== undefined && Number(place.CATEGORY_ID ?? 0) !== Number(funnel);
  const { CATEGORY_ID: _funnel, STAGE_ID: _stage, ...rest } = place;
  const chosen = stage !== undefined || isElsewhere ? rest : place;
  if (Object.keys(chosen).length === 0) return filled;
  return { ...filled, fields: { ...chosen, ...filled.fields } };
}
