import type { FieldMap } from '../../field-maps/types.ts';
import { originator } from '../../lib/records.ts';
import type { LoadedPair } from '../pair.ts';
import type { MergeInput } from './merge.ts';
import { localIdOf } from './origin-id.ts';
import { type Plan, plan } from './plan.ts';
import type { Settings } from './settings.ts';

export interface Planned {
  pair: LoadedPair;
  plan: Plan;
}

export interface PlanContext {
  tenantId: number;
  settings: Settings;
  fieldMap: FieldMap;
}

/** Hands a loaded pair to the pure plan. */
export function planPair(context: PlanContext, pair: LoadedPair): Planned {
  const { settings, tenantId } = context;
  const { entity, local, remote, mapping } = pair;
  if (pair.duplicate) return { pair, plan: { action: 'skip', why: 'duplicate_origin' } };
  const decided = plan({
    entity,
    settings,
    mapping: mapping?.state ?? null,
    localPresent: local !== null && !local.deleted,
    remote: remote ? 'present' : pair.remoteGone ? 'gone' : 'none',
    // A record of any tenant of ours must never be imported as if it came from a person.
    remoteIsOurs:
      remote !== null && (remote.originatorId === originator || localIdOf(tenantId, entity, remote) !== null),
    unsettled: pair.unsettled,
    importAsked: pair.rows.some((row) => row.reason === 'import'),
    merging: () => mergeInputOf(context, pair),
  });
  return { pair, plan: decided };
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
    policy: settings.policies[entity],
    direction: settings.directions[entity],
    firstLink: pair.matched ? settings.first_link[entity] : null,
    localModifiedAt: local.modifiedAt,
    remoteModifiedAt: remote.modifiedAt,
    fieldErrors: pair.mapping?.fieldErrors ?? {},
    now: pair.readAt,
  };
}
