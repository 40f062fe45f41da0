import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { LocalRecord } from '../../field-maps/types.ts';
import { sendsToPortal } from '../../field-maps/ways.ts';
import type { SyncDeps } from '../deps.ts';
import type { ConflictLine, LogLine } from '../journal/sync-log.ts';
import type { MappingUpsert } from '../load/mappings.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { changedBy } from '../plan/changed-by.ts';
import { policyOf } from '../plan/field-policy.ts';
import type { FieldChange, FieldConflict } from '../plan/merge.ts';
import { policiesOf } from '../plan/plan-pair.ts';
import { bitrix24Facts } from '../plan/scope.ts';
import type { Shadows } from '../plan/shadows.ts';
import type { AppliedPlan } from './entries.ts';

export type CommitDeps = Pick<SyncDeps, 'db' | 'clock'>;

/** The mapping row of a pair whose sides are equal now. */
export function mappingOf(
  context: Pick<SyncContext, 'settings'>,
  pair: LoadedPair,
  equal: { localId: number; remote: RemoteRecord; shadows: Shadows; written: boolean },
): MappingUpsert {
  return {
    entity: pair.entity,
    localId: equal.localId,
    remoteId: equal.remote.id,
    shadows: equal.shadows,
    direction: context.settings.directions[pair.entity],
    modifiedAt: equal.remote.modifiedAt,
    remoteCreatedAt: equal.remote.createdAt,
    readAt: pair.readAt,
    fieldErrors: {},
    written: equal.written,
    clientKey: pair.local?.standing ? (pair.local.standing.key ?? '') : null,
    scopeFacts: bitrix24Facts(pair.entity, equal.remote),
  };
}

/** One line of the sync log about an applied plan. */
export function logLine(
  { pair, answer, durationMs }: AppliedPlan,
  operation: string,
  direction: LogLine['direction'],
  changes: LogLine['changes'] = {},
): LogLine {
  const editor = direction === 'from_bitrix' && pair.remote ? changedBy(pair.remote) : null;
  return {
    entity: pair.entity,
    localId: pair.localId,
    remoteId: answer?.id ?? pair.remoteId,
    runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
    direction,
    operation,
    changes,
    durationMs,
    ...(pair.rows[0] && { reason: pair.rows[0].reason }),
    ...(editor && { portalUser: Number(editor) }),
  };
}

/** A field that both sides changed differently, as the list of conflicts has it. */
export function conflictLine({ settings }: SyncContext, pair: LoadedPair, conflict: FieldConflict): ConflictLine {
  return {
    entity: pair.entity,
    localId: pair.localId ?? 0,
    remoteId: pair.remoteId ?? 0,
    policy: pair.matched ? settings.first_link[pair.entity] : policyOf(policiesOf(settings, pair.entity), conflict.key),
    ...conflict,
  };
}

/** A stage, before and after, as a line of the log has it; nothing where none is known. */
export function stageChange(before: string | undefined, after: string | undefined): LogLine['changes'] {
  return before === undefined || after === undefined ? {} : { stage: { before, after } };
}

/** The filled values of one side as changes from nothing. */
export function changesFromNothing(values: Readonly<Record<string, unknown>>): LogLine['changes'] {
  const filled = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(filled.map(([key, after]) => [key, { before: null, after }]));
}

/** What a create asks for, as changes from nothing. */
export function askedOf({ fieldMap }: Pick<SyncContext, 'fieldMap'>, local: LocalRecord): FieldChange[] {
  return fieldMap.pairs.flatMap((pair) => {
    const after = sendsToPortal(pair) ? pair.encode(local) : null;
    return after === null ? [] : [{ pair, before: null, after }];
  });
}

/** A plan that does not fit its pair is a defect of ours: the message names the action and what is missing. */
export function missing({ plan, pair }: Pick<AppliedPlan, 'plan' | 'pair'>, what: string): never {
  throw new Error(`The plan ${plan.action} of ${pair.entity} ${pair.localId ?? pair.remoteId} lacks its ${what}`);
}
