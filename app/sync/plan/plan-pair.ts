import type { FieldMap } from '../../field-maps/types.ts';
import { originator } from '../../lib/records.ts';
import { formerShadows } from '../apply/commit-pair.ts';
import type { LoadedPair } from '../load/load-pairs.ts';
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
export function planPair({ settings, fieldMap, tenantId }: PlanContext, pair: LoadedPair): Planned {
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
    merging: () => {
      if (!local || !remote) throw new Error('A merge needs both sides');
      const shadows = formerShadows(pair);
      return {
        fieldMap,
        local: local.record,
        remote,
        localShadow: shadows.local,
        remoteShadow: shadows.remote,
        policy: settings.policies[entity],
        direction: settings.directions[entity],
        localModifiedAt: local.modifiedAt,
        remoteModifiedAt: remote.modifiedAt,
      };
    },
  });
  return { pair, plan: decided };
}
