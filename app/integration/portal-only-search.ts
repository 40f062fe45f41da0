import type { CountryCode } from 'libphonenumber-js/max';
import type { Reach, RemoteRecord } from '../bitrix24/client.ts';
import type { Alternative } from '../bitrix24/list-search.ts';
import { canonicalEmail, canonicalPhone } from '../field-maps/canonical.ts';
import type { Entity } from '../lib/records.ts';
import { readSearch } from './record-search.ts';

/** What a person typed, as the portal can be asked for it. */
export interface PortalSearch {
  /** The text without `%`, which the portal takes no part of. */
  text: string;
  /** The number of a record. */
  number: number | null;
  /** An e-mail or a phone in the spellings that it may be stored in; null: it is none. */
  reach: Reach | null;
}

/** Ids that the portal takes. */
const greatestId = 2_147_483_647;
/** Each word is a condition of its own. */
const mostWords = 5;

/** Reads what a person typed. Pure. */
export function readPortalSearch(typed: string, country: CountryCode): PortalSearch {
  const text = typed.replaceAll('%', ' ').trim();
  const number = /^[1-9]\d*$/.test(text) && Number(text) <= greatestId ? Number(text) : null;
  const email = /^\S+@\S+$/.test(text) ? canonicalEmail(text) : null;
  if (email !== null) return { text, number, reach: { emails: [email], phones: [] } };
  if (readSearch(text).phone === null) return { text, number, reach: null };
  const phones = new Set([text, text.replace(/\D/g, ''), canonicalPhone(text, country) ?? text]);
  return { text, number, reach: { emails: [], phones: [...phones] } };
}

const personNames = ['NAME', 'LAST_NAME', 'SECOND_NAME'] as const;

/**
 * The search as groups of alternatives for a list of the portal; `reached` are the records that have the e-mail or phone. Null: nothing
 * can fit. Pure.
 */
export function groupsOf(
  entity: Entity,
  { text, number, reach }: PortalSearch,
  reached: readonly number[],
): Alternative[][] | null {
  const ids = [...new Set([...reached, ...(number === null ? [] : [number])])];
  const byId: Alternative[] = ids.length > 0 ? [{ ids }] : [];
  if (entity === 'user') {
    if (number !== null || reach !== null) return byId.length > 0 ? [byId] : null;
    const words = text.split(/\s+/).filter(Boolean).slice(0, mostWords);
    const groups = words.map((holds) => personNames.map((field) => ({ field, holds })));
    return groups.length > 0 ? groups : null;
  }
  return text === '' ? null : [[...byId, { field: 'TITLE', holds: text }]];
}

/** Whether a record fits every group: a portal that drops a filter shows others too. Pure. */
export function fitsGroups(groups: readonly (readonly Alternative[])[], { id, fields }: RemoteRecord): boolean {
  const fits = (one: Alternative) =>
    'ids' in one ? one.ids.includes(id) : folded(fields[one.field]).includes(folded(one.holds));
  return groups.every((group) => group.some(fits));
}

/** Databases of portals take letters that differ in case or in their marks, as ё and е, for the same. */
function folded(value: unknown): string {
  return String(value ?? '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}
