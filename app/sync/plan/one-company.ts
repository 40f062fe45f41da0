import type { LoadedPair } from '../pair.ts';
import type { Planned } from './plan-pair.ts';

/**
 * What several contracts have in common that their plans would write: the company, and the client of one that is not linked yet. None for
 * what stands alone. Pure.
 */
export function companyKeysOf({ entity, local, remote, mapping }: LoadedPair): string[] {
  if (entity !== 'contract') return [];
  const client = mapping?.state === 'linked' && remote ? null : (local?.standing?.key ?? null);
  return [...(remote ? [`company:${remote.id}`] : []), ...(client === null ? [] : [`client:${client}`])];
}

/**
 * Of plans that would write the same company the one that goes first, with those that wait for it and are planned anew on what it made of
 * the company. It is that of the contract which was changed last: what the others say is older. Pure.
 */
export function firstOfEachCompany(asking: readonly Planned[]): Map<Planned, Planned[]> {
  const groups = new Map<string | Planned, Planned[]>();
  for (const item of asking) {
    const keys = [...companyKeysOf(item.pair), item];
    const joined = new Set(keys.flatMap((key) => groups.get(key) ?? []));
    const group = [...joined, item];
    // A link to a company brings its client's contracts and the company's together.
    for (const one of group) for (const key of [...companyKeysOf(one.pair), one]) groups.set(key, group);
  }
  return new Map(
    [...new Set(groups.values())].flatMap((group): [Planned, Planned[]][] => {
      const [first, ...rest] = [...group].sort(lastChangedFirst);
      return first ? [[first, rest]] : [];
    }),
  );
}

function lastChangedFirst({ pair: a }: Planned, { pair: b }: Planned): number {
  const changedAt = ({ local }: LoadedPair) => local?.modifiedAt.getTime() ?? 0;
  return changedAt(b) - changedAt(a) || (a.localId ?? 0) - (b.localId ?? 0);
}
