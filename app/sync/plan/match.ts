import type { Entity } from '../../lib/records.ts';
import { type Identity, phoneKey } from './identity.ts';

/** What two records can agree in, or contradict each other in. */
export type Trait = 'email' | 'phone' | 'name' | 'inn' | 'kpp' | 'field';

/** What is done with the one record that a key finds. `create`: what agrees in no more than that is another record. */
export const matchActions = ['link', 'ask', 'create'] as const;
export type MatchAction = (typeof matchActions)[number];

export const matchKeys = [
  'email',
  'phone_and_name',
  'phone',
  'inn',
  'name_and_email',
  'name_and_phone',
  'field',
] as const;
export type MatchKey = (typeof matchKeys)[number];

/** One key of a kind's ordered list. */
export interface KeyRule {
  key: MatchKey;
  action: MatchAction;
}

interface KeyMeaning {
  requires: readonly Trait[];
  /** Traits in which a record must not contradict: such a one is never taken for the same by itself. */
  objections: readonly Trait[];
  /** So little agrees that a record which contradicts is simply another one: no person is asked. */
  isWeak?: true;
}

const meanings: Record<MatchKey, KeyMeaning> = {
  email: { requires: ['email'], objections: [] },
  phone_and_name: { requires: ['phone', 'name'], objections: ['email'] },
  phone: { requires: ['phone'], objections: ['email'], isWeak: true },
  inn: { requires: ['inn'], objections: ['kpp'] },
  name_and_email: { requires: ['name', 'email'], objections: ['inn'] },
  name_and_phone: { requires: ['name', 'phone'], objections: ['inn', 'email'] },
  field: { requires: ['field'], objections: [] },
};

/** The keys that each kind can be matched by, in their order when a tenant has chosen none. */
export const defaultKeys: Record<Entity, readonly KeyRule[]> = {
  user: [
    { key: 'email', action: 'link' },
    { key: 'phone_and_name', action: 'link' },
    { key: 'phone', action: 'ask' },
  ],
  contract: [
    { key: 'inn', action: 'link' },
    { key: 'name_and_email', action: 'link' },
    { key: 'name_and_phone', action: 'link' },
  ],
  object: [{ key: 'field', action: 'link' }],
};

/** A record of the portal held against one of ours. */
export interface Judged {
  id: number;
  agrees: readonly Trait[];
  contradicts: readonly Trait[];
}

/** Why a person is asked: `several` records fit, what fits `contradicts`, or one fits by a key that proves too little (`uncertain`). */
export type AskReason = 'several' | 'contradicts' | 'uncertain';

export type MatchDecision =
  | { action: 'create' }
  | { action: 'link'; id: number; key: MatchKey }
  | { action: 'ask'; reason: AskReason; candidates: readonly Judged[] };

/** Holds a record of the portal against one of ours, trait by trait. A trait that either lacks says nothing. Pure. */
export function judge(local: Identity, id: number, remote: Identity): Judged {
  const verdicts: Record<Trait, boolean | null> = {
    email: compareSets(local.emails, remote.emails),
    phone: compareSets(local.phones.map(phoneKey), remote.phones.map(phoneKey)),
    name: compareNames(local.name, remote.name),
    inn: compareSets(
      local.requisites.map(({ inn }) => inn),
      remote.requisites.map(({ inn }) => inn),
    ),
    kpp: compareBranches(local, remote),
    field: local.value === null || remote.value === null ? null : local.value === remote.value,
  };
  const traits = Object.keys(verdicts) as Trait[];
  return {
    id,
    agrees: traits.filter((trait) => verdicts[trait] === true),
    contradicts: traits.filter((trait) => verdicts[trait] === false),
  };
}

/**
 * Decides what one record of ours is: one record of the portal that fits a key is linked; several, or one that contradicts, are a person's
 * matter; none is a new record. `candidates` are those that stand for no other record. Pure.
 */
export function decideMatch(keys: readonly KeyRule[], candidates: readonly Judged[]): MatchDecision {
  for (const { key, action } of keys) {
    const { requires, objections, isWeak } = meanings[key];
    const fitting = candidates.filter(({ agrees }) => requires.every((trait) => agrees.includes(trait)));
    const clear = fitting.filter(({ contradicts }) => !objections.some((trait) => contradicts.includes(trait)));
    const [only] = clear;
    if (fitting.length === 0 || (isWeak && !only)) continue;
    if (action === 'create') return { action: 'create' };
    if (action === 'link' && only && clear.length === 1) return { action: 'link', id: only.id, key };
    const reason = clear.length > 1 ? 'several' : only ? 'uncertain' : 'contradicts';
    return { action: 'ask', reason, candidates: listed(keys, candidates) };
  }
  return { action: 'create' };
}

/** What a person chooses from: everything that fits any key, what agrees in most first. */
function listed(keys: readonly KeyRule[], candidates: readonly Judged[]): Judged[] {
  const fits = ({ agrees, contradicts }: Judged) =>
    keys.some(({ key, action }) => {
      const { requires, objections, isWeak } = meanings[key];
      const isOther = isWeak && objections.some((trait) => contradicts.includes(trait));
      return action !== 'create' && !isOther && requires.every((trait) => agrees.includes(trait));
    });
  const weight = ({ agrees, contradicts }: Judged) => agrees.length - contradicts.length;
  return candidates.filter(fits).sort((a, b) => weight(b) - weight(a) || a.id - b.id);
}

function compareSets(own: readonly string[], other: readonly string[]): boolean | null {
  if (own.length === 0 || other.length === 0) return null;
  return own.some((value) => other.includes(value));
}

/** Two names are one when they have the same words, or one of them leaves out some of the other's (a patronymic) but two are left. */
function compareNames(own: readonly string[], other: readonly string[]): boolean | null {
  if (own.length === 0 || other.length === 0) return null;
  const [short, long] = own.length <= other.length ? [own, other] : [other, own];
  if (!short.every((word) => long.includes(word))) return false;
  if (short.length === long.length || short.length >= 2) return true;
  return null;
}

/** Branches of one company share its INN and have each a KPP of its own. */
function compareBranches(local: Identity, remote: Identity): boolean | null {
  const [own] = local.requisites;
  const same = remote.requisites.filter(({ inn }) => inn === own?.inn).flatMap(({ kpp }) => kpp ?? []);
  return own?.kpp ? compareSets([own.kpp], same) : null;
}
