import type { Transaction } from 'sequelize';
import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { LocalRecord } from '../../field-maps/types.ts';
import type { LogLine } from '../journal/sync-log.ts';
import type { LocalRow } from '../load/local-rows.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { FieldChange, FieldConflict, FieldErrors, MergeResult } from '../plan/merge.ts';
import { findOverwritten, type Overwritten } from '../plan/overwritten.ts';
import type { Plan } from '../plan/plan.ts';
import { mergeInputOf } from '../plan/plan-pair.ts';
import { bitrix24Facts } from '../plan/scope.ts';
import { nextShadows, type Shadows } from '../plan/shadows.ts';
import { askedLines, settledFields } from './asked-fields.ts';
import { closingOf, stageOf } from './deal-stages.ts';
import { type AppliedPlan, doneEntries, type Entries, noEntries, type RefusedField } from './entries.ts';
import { besideCut, fieldErrorsAfter, notAccepted } from './field-errors.ts';
import {
  type CommitDeps,
  changesFromNothing,
  conflictLine,
  logLine,
  mappingOf,
  missing,
  stageChange,
} from './pair-entries.ts';
import { takeOverwritten } from './take-overwritten.ts';
import { unmappedFields } from './unmapped-fields.ts';
import { writeChanges } from './write-changes.ts';

type MergePlan = Extract<Plan, { merge: MergeResult }>;

/** What came of a merge on both sides. */
interface Merged {
  /** Without the fields that were refused. */
  merge: MergeResult;
  /** What was taken over of it, even where nothing else was written. */
  overwritten: Overwritten;
  local: LocalRow;
  /** The local row after our write; null when it was not written because it had changed meanwhile. */
  after: LocalRow | null;
  remote: RemoteRecord;
  refused: readonly RefusedField[];
}

/** Commits a pair that both sides have: local columns, shadows, log, conflicts, and the fields that were refused. */
export async function commitMerge(
  deps: CommitDeps,
  context: SyncContext,
  item: AppliedPlan,
  { plan, transaction, byField }: { plan: MergePlan; transaction: Transaction; byField: boolean },
): Promise<Entries> {
  const local = item.pair.local ?? missing(item, 'local record');
  const remote = item.pair.remote ?? missing(item, 'Bitrix24 record');
  const overwritten = overwrittenBy(context, item, plan.merge);
  const taken = overwritten.toLocal.map(({ pair }) => pair.key);
  const toLocal = [...plan.merge.toLocal.filter(({ pair }) => !taken.includes(pair.key)), ...overwritten.toLocal];
  const target = { tenantId: context.tenantId, entity: item.pair.entity, row: local };
  const written = await writeChanges(deps.db, target, toLocal, { transaction, byField });
  const isLost = written.row === null && overwritten.toLocal.length > 0;
  const saved = isLost ? await takeOverwritten(deps.db, target, overwritten, transaction) : overwritten;
  const outdated = item.outdated ?? [];
  const refused = [
    ...(item.refused ?? []),
    ...written.refused,
    ...notTaken(item, plan.merge),
    ...unmappedFields(plan.merge),
  ].filter(({ key }) => !outdated.includes(key));
  const beside = besideCut(context.fieldMap, refused);
  const merge = withoutKeys(plan.merge, [...outdated, ...refused.map(({ key }) => key), ...beside]);
  return entriesOf(context, item, plan, { merge, overwritten: saved, local, after: written.row, remote, refused });
}

function entriesOf(context: SyncContext, item: AppliedPlan, plan: MergePlan, merged: Merged): Entries {
  const { pair } = item;
  const { merge, overwritten, after, remote } = merged;
  const isNew = plan.action === 'link';
  // Where our row has changed since it was read, what it was to take over is decided anew; what the shadows hold from now on is not.
  const stands = ({ key, winner }: FieldConflict) => after || winner === 'crm' || merge.adopted.includes(key);
  const decided = merge.conflicts.filter((conflict) => !conflict.asked && stands(conflict));
  const conflicts = [...decided, ...overwritten.conflicts];
  const entries: Partial<Entries> = {
    ...mappingEntries(context, item, merged, isNew),
    log: logLines(item, merged, isNew),
    conflicts: conflicts.map((conflict) => conflictLine(context, pair, conflict)),
    refused: merged.refused.length > 0 ? [{ pair, plan, fields: merged.refused, durationMs: item.durationMs }] : [],
    resting: merge.resting.length > 0 ? [pair] : [],
    again: overwritten.toLocal.length > 0 || isCut(merged) || item.outdated?.length ? [pair] : [],
  };
  if (!after) return { ...noEntries(), ...entries };
  const changed = isNew || after !== merged.local || merge.toRemote.length > 0;
  const isAdopted = isNew && pair.sent !== null;
  // A create whose queue row a writer held locked as it was committed has not been counted yet: its mark tells.
  const isUncounted = !isNew && pair.rows.some(({ createSentAt }) => createSentAt !== null);
  const isCreated = isAdopted || isUncounted;
  const outcome = merged.refused.length > 0 ? 'failed' : isCreated ? 'created' : changed ? 'updated' : 'unchanged';
  return doneEntries(pair, outcome, {
    ...entries,
    asked: askedLines(pair, merge),
    settled: settledFields(context, pair, merged),
    ...(isAdopted && { made: [{ entity: pair.entity, remoteId: remote.id }] }),
  });
}

/** What stood beside a text that the portal cut is put back at once. */
function isCut({ refused }: Merged): boolean {
  return refused.some((field) => field.isCut);
}

function overwrittenBy(context: SyncContext, { pair, justBefore }: AppliedPlan, merge: MergeResult): Overwritten {
  if (!justBefore || merge.toRemote.length === 0) return { toLocal: [], conflicts: [] };
  const input = { ...mergeInputOf(context, pair), remoteModifiedAt: justBefore.modifiedAt };
  return findOverwritten(input, merge, justBefore);
}

function notTaken({ pair, answer, refused }: AppliedPlan, merge: MergeResult): RefusedField[] {
  return answer ? notAccepted({ merge, former: pair.shadows.remote, answer }, refused) : [];
}

/** These fields keep their shadows, so that a later change of either side is seen as one. */
function withoutKeys(merge: MergeResult, keys: readonly string[]): MergeResult {
  const isTaken = ({ pair }: FieldChange) => !keys.includes(pair.key);
  return { ...merge, toRemote: merge.toRemote.filter(isTaken), toLocal: merge.toLocal.filter(isTaken) };
}

function mappingEntries(context: SyncContext, item: AppliedPlan, merged: Merged, isNew: boolean): Partial<Entries> {
  const { pair, answer } = item;
  const { merge, local, remote } = merged;
  const former = pair.mapping?.fieldErrors ?? {};
  const fieldErrors = fieldErrorsAfter(context, pair, { former, resting: merge.resting, refused: merged.refused });
  const isChanged = merge.toRemote.length + merge.toLocal.length + merge.adopted.length > 0 || answer !== null;
  const changesShadows = isChanged || forgetsFields(pair);
  if (isNew || changesShadows || !sameKeys(former, fieldErrors)) {
    const equal = { localId: local.id, remote: answer ?? remote, shadows: shadowsAfter(context, item, merged) };
    return { mappings: [{ ...mappingOf(context, pair, { ...equal, written: answer !== null }), fieldErrors }] };
  }
  if (!pair.mapping) return {};
  return {
    seen: [
      {
        ...{ id: pair.mapping.id, modifiedAt: remote.modifiedAt, createdAt: remote.createdAt, readAt: pair.readAt },
        scopeFacts: bitrix24Facts(pair.entity, remote),
      },
    ],
  };
}

/** A field that is not shown now loses its value in the shadows. */
function forgetsFields({ mapping, shadows }: LoadedPair): boolean {
  return Object.keys(mapping?.shadows.remote.values ?? {}).some((key) => !(key in shadows.remote.values));
}

function sameKeys(one: FieldErrors, other: FieldErrors): boolean {
  return Object.keys(one).join() === Object.keys(other).join();
}

function shadowsAfter(context: SyncContext, { pair, answer }: AppliedPlan, merged: Merged): Shadows {
  const { merge, overwritten, local, after, remote } = merged;
  const localAfter: LocalRecord | null = after?.record ?? null;
  const outcome = { before: { local: local.record, remote }, localAfter, remoteAfter: answer };
  const shadows = nextShadows(context.fieldMap, pair.shadows, merge, outcome);
  if (!answer || overwritten.toLocal.length === 0) return shadows;
  // What was written over is back on our side only: against these shadows it is our change, and the next pass sends it.
  const own: Record<string, string | null> = { ...shadows.local };
  const there: Record<string, string | null> = { ...shadows.remote.values };
  for (const { pair: field } of overwritten.toLocal) {
    own[field.key] = field.readLocal(local.record);
    there[field.key] = field.readRemote(answer, { ...shadows.remote, isFresh: true });
  }
  return { local: own, remote: { ...shadows.remote, values: there } };
}

function logLines(item: AppliedPlan, merged: Merged, isNew: boolean): LogLine[] {
  const { pair } = item;
  const { merge, overwritten, local, after } = merged;
  const lines: LogLine[] = [];
  // A record that our own create made, although its answer was lost, was created by us.
  if (isNew && pair.sent)
    lines.push(logLine(item, pair.mapping ? 'recreate' : 'create', 'to_bitrix', changesFromNothing(pair.sent.remote)));
  else if (isNew) lines.push(logLine(item, 'link', 'bidirectional'));
  lines.push(...reopeningLines(item));
  if (merge.toRemote.length > 0) lines.push(logLine(item, 'update', 'to_bitrix', fieldChanges(merge.toRemote)));
  const taken = [...(after ? merge.toLocal : []), ...overwritten.toLocal];
  if (taken.length > 0 && after !== local) lines.push(logLine(item, 'update', 'from_bitrix', fieldChanges(taken)));
  return lines;
}

/** A deal that we had closed is open again, or tells why it stays as it is: people moved it, or its former stage is gone. */
function reopeningLines(item: AppliedPlan): LogLine[] {
  const closing = closingOf(item.pair);
  if (!closing) return [];
  const before = stageOf(item.pair);
  const after = String((item.answer ?? item.pair.remote)?.fields.STAGE_ID ?? '');
  const isOpen = before === closing.to && after === closing.from;
  return [logLine(item, isOpen ? 'reopen' : 'stay_closed', 'to_bitrix', stageChange(before, after))];
}

function fieldChanges(changes: readonly FieldChange[]): LogLine['changes'] {
  return Object.fromEntries(changes.map(({ pair, before, after }) => [pair.key, { before, after }]));
}
