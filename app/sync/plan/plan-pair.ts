import type { FieldMap } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';
import type { LoadedPair } from '../pair.ts';
import { exclusionOf } from './exclusion.ts';
import { isImportAsked } from './import-wanted.ts';
import { isUneventful, type MergeInput } from './merge.ts';
import { type OriginOwner, readOrigin } from './origin-id.ts';
import { type Plan, plan } from './plan.ts';
import { reasonNotToPair } from './portals-own.ts';
import type { RunFilters } from './scope-settings.ts';
import type { Settings } from './settings.ts';

export interface Planned {
  pair: LoadedPair;
  plan: Plan;
}

export interface PlanContext extends OriginOwner {
  settings: Settings;
  fieldMap: FieldMap;
  /** Filters of the runs that are under way, by their ids. */
  runFilters: RunFilters;
}

/** Hands a loaded pair to the pure plan. */
export function planPair(context: PlanContext, pair: LoadedPair): Planned {
  const { settings } = context;
  const { entity, local, remote, mapping } = pair;
  const excluded = exclusionOf(context, pair);
  if (excluded) return { pair, plan: excluded };
  if (pair.duplicate) return { pair, plan: { action: 'skip', why: 'duplicate_origin' } };
  // A pair that has lost its record waits as an orphan, whatever the policy does with what was deleted: this was merged.
  if (pair.question?.lostId !== undefined) return { pair, plan: { action: 'orphan' } };
  if (pair.question) return { pair, plan: { action: 'skip', why: pair.question.code } };
  const ownReason = remote && mapping === null ? reasonNotToPair(entity, remote) : null;
  if (ownReason) return { pair, plan: { action: 'skip', why: ownReason } };
  const origin = readOrigin({ ...context, entity }, remote ?? { originatorId: null, originId: null });
  const decided = plan({
    entity,
    settings,
    mapping: mapping?.state ?? null,
    localPresent: local !== null && !local.deleted,
    remote: remote ? 'present' : pair.remoteGone ? 'gone' : 'none',
    // A record of any tenant of ours must never be imported as if it came from a person.
    remoteIsOurs: origin.whose !== 'none',
    unsettled: pair.unsettled,
    importAsked: isImportAsked(pair),
    othersStand: pair.companions.length > 0,
    merging: () => mergeInputOf(context, pair),
  });
  return { pair, plan: undoOfCreate(pair, decided) ?? decided };
}

/** A record that is to be undone goes, while both its sides are as they were made: what was edited since stays. */
function undoOfCreate({ rows, companions, remoteGone, mapping }: LoadedPair, decided: Plan): Plan | null {
  const reasons = rows.map(({ reason }) => reason);
  // Deleted already, by a process that did not live to say so.
  if (reasons.includes('undo_create') && remoteGone && mapping?.state === 'linked') return { action: 'orphan' };
  if (decided.action !== 'update' || !isUneventful(decided.merge) || companions.length > 0) return null;
  if (reasons.includes('undo_create')) return { action: 'delete_remote' };
  return reasons.includes('undo_import') ? { action: 'delete_local' } : null;
}

/** Who wins where both sides changed a field of this kind differently. */
export function policiesOf(settings: Settings, entity: Entity): Pick<MergeInput, 'policy' | 'policies'> {
  return { policy: settings.policies[entity], policies: settings.field_map[entity].policies ?? {} };
}

/** What the merge of a pair needs. Throws when a side is missing. */
export function mergeInputOf({ settings, fieldMap }: PlanContext, pair: LoadedPair): MergeInput {
  const { entity, local, remote, shadows } = pair;
  if (!local || !remote)
    throw new Error(`A merge needs both sides: the ${local ? 'Bitrix24' : 'local'} one is missing`);
  return {
    fieldMap,
    local: local.record,
    remote,
    localShadow: shadows.local,
    remoteShadow: shadows.remote,
    ...policiesOf(settings, entity),
    asked: pair.asked,
    direction: settings.directions[entity],
    firstLink: pair.matched ? settings.first_link[entity] : null,
    localModifiedAt: local.modifiedAt,
    remoteModifiedAt: remote.modifiedAt,
    fieldErrors: pair.mapping?.fieldErrors ?? {},
    now: pair.readAt,
  };
}
