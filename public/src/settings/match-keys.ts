import type { Kind } from '../api/kinds.ts';
import type { KeyRule, MatchKey } from '../api/settings.ts';

/** The keys that records of a kind can be recognised by. */
const keysOf: Record<Kind, readonly MatchKey[]> = {
  user: ['email', 'phone_and_name', 'phone'],
  contract: ['inn', 'name_and_email', 'name_and_phone'],
  object: ['field'],
};

/** A key in its place: used with an action, or left out. */
export interface KeyRow {
  key: MatchKey;
  action: KeyRule['action'];
  isUsed: boolean;
}

/** All keys of a kind: those in use in their order, then the others. Pure. */
export function keyRows(kind: Kind, used: readonly KeyRule[]): KeyRow[] {
  const others = keysOf[kind].filter((key) => !used.some((rule) => rule.key === key));
  return [
    ...used.map((rule) => ({ ...rule, isUsed: true })),
    ...others.map((key) => ({ key, action: 'link' as const, isUsed: false })),
  ];
}

/** The keys with one of them moved by that many places; it stays where there is no such place. Pure. */
export function moved(keys: readonly KeyRule[], index: number, by: number): KeyRule[] {
  const target = index + by;
  const rule = keys[index];
  if (!rule || target < 0 || target >= keys.length) return [...keys];
  const rest = keys.filter((_, place) => place !== index);
  return [...rest.slice(0, target), rule, ...rest.slice(target)];
}
