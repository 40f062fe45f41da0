import type { Canonical } from '../../field-maps/types.ts';
import type { FirstLinkRule } from './first-link.ts';
import type { ConflictPolicy } from './settings.ts';

/** What a person is asked about one field, with the answer where there is one; by the values that were shown. */
export interface AskedField {
  local: Canonical;
  remote: Canonical;
  decision: 'crm' | 'bitrix24' | null;
}

/** What decides about fields that both sides changed differently. */
export interface Deciding {
  /** Of the whole kind. */
  policy: ConflictPolicy;
  /** Of single fields, by key; absent: the kind's. */
  policies?: Readonly<Record<string, ConflictPolicy>>;
  /** What stands open or is decided and not carried out yet, by key. */
  asked?: Readonly<Record<string, AskedField>>;
  /** The two records were just found to be the same: what becomes of values that differ. Absent or null: the policy holds. */
  firstLink?: FirstLinkRule | null;
}

/** The policy of one field: its own, else that of its kind. Pure. */
export function policyOf({ policy, policies }: Pick<Deciding, 'policy' | 'policies'>, key: string): ConflictPolicy {
  return policies?.[key] ?? policy;
}

/** Whether only a person may decide about a field. A rule for the first link that names a side has decided already. Pure. */
export function isPersonAsked(deciding: Deciding, key: string): boolean {
  if (deciding.firstLink === 'crm' || deciding.firstLink === 'bitrix24') return false;
  return policyOf(deciding, key) === 'ask';
}

/** What a person decided about exactly these values; null when both sides, or one, have others since. Pure. */
export function decisionOn(
  { asked }: Pick<Deciding, 'asked'>,
  { key, localValue, remoteValue }: { key: string; localValue: Canonical; remoteValue: Canonical },
): 'crm' | 'bitrix24' | null {
  const field = asked?.[key];
  return field && field.local === localValue && field.remote === remoteValue ? field.decision : null;
}
