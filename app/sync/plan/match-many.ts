import { type Identity, phoneKey } from './identity.ts';
import { decideMatch, type Judged, judge, type KeyRule, type MatchDecision } from './match.ts';

/** A record of ours that has no pair yet. */
export interface Unmatched {
  localId: number;
  identity: Identity;
}

/**
 * Decides about many records of one kind at once. A record of the portal that one of ours is linked with is no candidate for the others;
 * where several of ours would be linked with the same one, the one that agrees in more has it, then the oldest.
 * Pure; the order of `locals` makes no difference.
 */
export function decideMatches<Local extends Unmatched>(
  keys: readonly KeyRule[],
  locals: readonly Local[],
  remotes: ReadonlyMap<number, Identity>,
): Map<number, MatchDecision> {
  const judged = judgeAll(locals, remotes);
  const decisions = new Map<number, MatchDecision>();
  const taken = new Set<number>();
  let open = [...locals].sort((a, b) => a.localId - b.localId);
  // Each round links at least one, so this ends.
  for (;;) {
    const claims = new Map<number, { local: Local; weight: number }>();
    for (const local of open) {
      const { localId } = local;
      const candidates = (judged.get(localId) ?? []).filter(({ id }) => !taken.has(id));
      const decision = decideMatch(keys, candidates);
      decisions.set(localId, decision);
      if (decision.action !== 'link') continue;
      const weight = candidates.find(({ id }) => id === decision.id)?.agrees.length ?? 0;
      const rival = claims.get(decision.id);
      if (!rival || weight > rival.weight) claims.set(decision.id, { local, weight });
    }
    if (claims.size === 0) return decisions;
    const linked = new Set([...claims.values()].map(({ local }) => local));
    for (const id of claims.keys()) taken.add(id);
    open = open.filter((local) => !linked.has(local));
  }
}

/** Only what shares a value with a record can fit it: thousands are not held against thousands. */
function judgeAll(locals: readonly Unmatched[], remotes: ReadonlyMap<number, Identity>): Map<number, Judged[]> {
  const byMark = new Map<string, number[]>();
  for (const [id, identity] of remotes)
    for (const mark of marksOf(identity)) byMark.set(mark, [...(byMark.get(mark) ?? []), id]);
  return new Map(
    locals.map(({ localId, identity }) => {
      const ids = new Set(marksOf(identity).flatMap((mark) => byMark.get(mark) ?? []));
      const found = [...ids].flatMap((id) => {
        const remote = remotes.get(id);
        return remote ? [judge(identity, id, remote)] : [];
      });
      return [localId, found];
    }),
  );
}

function marksOf({ emails, phones, requisites, value }: Identity): string[] {
  return [
    ...emails.map((email) => `email ${email}`),
    ...phones.map((phone) => `phone ${phoneKey(phone)}`),
    ...requisites.map(({ inn }) => `inn ${inn}`),
    ...(value === null ? [] : [`field ${value}`]),
  ];
}
