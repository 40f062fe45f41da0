import type { LoadedPair } from '../pair.ts';
import { importIsWanted } from './import-wanted.ts';
import type { Plan } from './plan.ts';
import { bitrix24Facts, crmFacts, type Facts, mismatchOf, type Outside, ofMark, outsideOf } from './scope.ts';
import type { KindScope, RunFilters } from './scope-settings.ts';
import type { Settings } from './settings.ts';

interface ExclusionContext {
  settings: Settings;
  runFilters: RunFilters;
}

type Exclusion = Extract<Plan, { action: 'exclude' }>;

/** Why a pair does not take part, or is not what its runs ask for; null when it is to be worked on. Pure. */
export function exclusionOf(context: ExclusionContext, pair: LoadedPair): Exclusion | null {
  if (pair.localId === null && !importIsWanted(context, pair)) return null;
  const scope = context.settings.scope[pair.entity];
  const outside = outsideOfScope(scope, pair);
  if (outside) return { action: 'exclude', by: outside, of: 'scope', ends: scope.on_leave === 'unlink' };
  const unasked = outsideOfRuns(context.runFilters, pair);
  return unasked && { action: 'exclude', by: unasked, of: 'run', ends: false };
}

/**
 * Whether the CRM record alone puts a pair outside: then its Bitrix24 record need not be read. A create without an answer is settled first.
 */
export function isOutsideByCrm({ settings }: { settings: Settings }, pair: LoadedPair): boolean {
  const { local, rows, entity } = pair;
  if (!local || rows.some(({ createSentAt }) => createSentAt !== null)) return false;
  return mismatchOf(settings.scope[entity].crm, crmFacts(entity, local)) !== null;
}

function outsideOfScope(scope: KindScope, pair: LoadedPair): Outside | null {
  const outside = outsideOf(scope, { crm: crmFactsOf(pair), bitrix24: bitrix24FactsOf(pair) });
  if (outside) return outside;
  // Of a row that is gone it is not known any more what it was: what rested goes on resting.
  const mark = ofMark(pair.mapping?.excluded ?? null);
  return pair.local === null && pair.localId !== null && scope.crm && mark?.side === 'crm' ? mark : null;
}

function crmFactsOf({ entity, local }: LoadedPair): Facts | null {
  return local && crmFacts(entity, local);
}

/** What is gone counts as it was last read. */
function bitrix24FactsOf({ entity, remote, remoteGone, mapping }: LoadedPair): Facts | null {
  if (remote) return bitrix24Facts(entity, remote);
  return remoteGone && mapping?.state === 'linked' ? mapping.scopeFacts : null;
}

/** A record that something else asks for too is worked on, whatever a run's filter says. */
function outsideOfRuns(filters: RunFilters, pair: LoadedPair): Outside | null {
  const reasons = pair.rows.map((row) => {
    const filter = row.runId === null ? undefined : filters.get(row.runId);
    const isRunsOwn = row.changes === 1 && ['run', 'import', 'dry_run'].includes(row.reason);
    if (!filter || !isRunsOwn) return null;
    return outsideOf(filter, { crm: crmFactsOf(pair), bitrix24: bitrix24FactsOf(pair) });
  });
  const [first = null] = reasons;
  return reasons.includes(null) ? null : first;
}
