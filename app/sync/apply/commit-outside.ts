import type { OutsidePair } from '../load/mapping-marks.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { Plan } from '../plan/plan.ts';
import { bitrix24Facts, markOf } from '../plan/scope.ts';
import { type AppliedPlan, doneEntries, type Entries } from './entries.ts';
import { logLine, mappingOf } from './pair-entries.ts';

type Exclusion = Extract<Plan, { action: 'exclude' }>;

/**
 * Enters a pair that does not take part: its mapping names the rule, nothing else is written. A record that an unanswered create of ours
 * made is linked with what was sent as its shadows, and rests: it is known when it comes back.
 */
export function commitOutside(context: SyncContext, item: AppliedPlan, { by, of, ends }: Exclusion): Entries {
  const { pair } = item;
  if (of === 'run') return doneEntries(pair, 'excluded');
  const { mapping, remote, localId } = pair;
  const excluded = markOf(by);
  if (pair.sent && remote && localId !== null && mapping?.state !== 'linked') {
    const known = { localId, remote, shadows: pair.shadows, written: true };
    return doneEntries(pair, 'excluded', {
      mappings: [{ ...mappingOf(context, pair, known), state: ends ? 'unlinked' : 'linked', excluded }],
      log: [logLine(item, 'create', 'to_bitrix')],
      made: [{ entity: pair.entity, remoteId: remote.id }],
    });
  }
  if (!mapping) return doneEntries(pair, 'excluded');
  const isLeaving = ends && mapping.state === 'linked';
  return doneEntries(pair, 'excluded', {
    outside: [{ id: mapping.id, excluded, ends, ...factsOf(pair) }],
    log: isLeaving ? [logLine(item, 'unlink', 'bidirectional')] : [],
  });
}

/** What is known of the Bitrix24 record from now on: notices of it that were not looked into leave nothing certain. */
function factsOf({ entity, remote, rows }: LoadedPair): Pick<OutsidePair, 'scopeFacts' | 'keepsFacts'> {
  if (remote) return { scopeFacts: bitrix24Facts(entity, remote), keepsFacts: false };
  return { scopeFacts: null, keepsFacts: rows.every(({ side }) => side === 'local') };
}
