import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { type Identity, localIdentity } from '../plan/identity.ts';
import type { Judged } from '../plan/match.ts';
import { decideMatches } from '../plan/match-many.ts';
import { type Matching, matchingOf } from '../plan/matching-settings.ts';
import type { CandidateFacts } from '../plan/plan.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { firstShadows } from '../plan/shadows.ts';
import { priorities } from '../queue/sync-queue.ts';
import { type AskPortal, comparingIn, findCandidates, type Seeker } from './find-candidates.ts';
import type { LoadDeps } from './load-deps.ts';
import { findRulings, findWaiting } from './match-rulings.ts';

/**
 * Before records are made in the portal, looks for those that people made there already. What is found to be the same is planned as a
 * first link; what is not certain waits for a person; what a person decided is obeyed. The same for a run and for its preview: nothing is
 * written here. Pairs that could not be asked for are left out of the answer. Throws `Bitrix24Error`.
 */
export async function matchPairs(
  deps: LoadDeps,
  context: SyncContext,
  planned: readonly Planned[],
  ask: AskPortal,
): Promise<Planned[]> {
  const fitting = await holdCandidates(deps, context, planned);
  const matching = matchingOf(context.entity, context.settings.matching[context.entity]);
  const creates = fitting.filter(({ plan, pair }) => plan.action === 'create_remote' && pair.local !== null);
  if (creates.length === 0) return [...fitting];
  const rulings = await findRulings(deps, context, creates.map(localIdOfPlanned));
  const rulingOf = (item: Planned) => (creates.includes(item) ? rulings.get(localIdOfPlanned(item)) : undefined);
  const open = creates.filter((item) => rulingOf(item) === undefined);
  const rest = fitting
    .filter((item) => !open.includes(item))
    .map(
      (item): Planned => (rulingOf(item) === 'ignore' ? { ...item, plan: { action: 'skip', why: 'ignored' } } : item),
    );
  if (matching.keys.length === 0) return [...rest, ...open];
  const seekers = open.flatMap(({ pair }) => seekerOf(context, pair, matching) ?? []);
  const found = await findCandidates(deps, context, { seekers, matching, ask });
  const decisions = decideMatches(matching.keys, found.seekers, found.candidates);
  const asked = new Set(found.seekers.map(({ pair }) => pair));
  const decided = open
    .filter(({ pair }) => asked.has(pair))
    .map((item): Planned => {
      const decision = decisions.get(localIdOfPlanned(item));
      if (decision?.action === 'ask') {
        const candidates = decision.candidates.map((judged) => factsOf(judged, found.candidates.get(judged.id)));
        return { ...item, plan: { action: 'wait', reason: decision.reason, candidates } };
      }
      const remote = decision?.action === 'link' ? found.records.get(decision.id) : undefined;
      return remote ? planPair(context, matchedPair(context, item.pair, remote)) : item;
    });
  return [...rest, ...decided];
}

/** A record that one of ours may be the same as is not imported as another one, unless a person asks for just that. */
async function holdCandidates(
  deps: LoadDeps,
  context: SyncContext,
  planned: readonly Planned[],
): Promise<readonly Planned[]> {
  const isHeldBack = ({ plan, pair }: Planned) =>
    plan.action === 'create_local' && !pair.rows.some(({ priority }) => priority === priorities.interactive);
  const ids = planned.filter(isHeldBack).flatMap(({ pair }) => pair.remoteId ?? []);
  const waiting = new Set((await findWaiting(deps, context, ids)).flatMap(({ candidates }) => candidates));
  if (waiting.size === 0) return planned;
  return planned.map((item) =>
    isHeldBack(item) && waiting.has(item.pair.remoteId ?? 0)
      ? { ...item, plan: { action: 'skip', why: 'waits_for_match' } }
      : item,
  );
}

/** The pair of two records that are the same. */
function matchedPair({ fieldMap }: SyncContext, pair: LoadedPair, remote: RemoteRecord): LoadedPair {
  const shadows = pair.local ? firstShadows(fieldMap, pair.local.record, remote) : pair.shadows;
  // Another record takes the place of one that is gone: the pair has to be linked anew.
  const mapping = pair.mapping && { ...pair.mapping, state: 'orphaned' as const };
  return { ...pair, remote, remoteId: remote.id, remoteGone: false, mapping, shadows, matched: true };
}

function factsOf({ id, agrees, contradicts }: Judged, identity: Identity | undefined): CandidateFacts {
  return {
    id,
    title: identity?.title ?? null,
    email: identity?.emails.join(', ') || null,
    phone: identity?.phones.join(', ') || null,
    inn: identity?.requisites.map(({ inn, kpp }) => (kpp ? `${inn} / ${kpp}` : inn)).join(', ') || null,
    agrees,
    contradicts,
  };
}

function localIdOfPlanned({ pair }: Planned): number {
  return pair.local?.id ?? 0;
}

function seekerOf(context: SyncContext, pair: LoadedPair, matching: Matching): Seeker | null {
  if (!pair.local) return null;
  const identity = localIdentity(context.entity, pair.local.record, comparingIn(context, matching));
  return { pair, localId: pair.local.id, identity };
}
