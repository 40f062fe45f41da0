import { containsPattern } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';

/** A search as people type it: part of a text, a number, or a phone in any spelling. */
export interface RecordSearch {
  /** For `ilike`. */
  pattern: string;
  /** Digits of a phone without the code of its country or the trunk's prefix, for `like`; null: it is no phone. */
  phone: string | null;
  /** An id of either side; null: it is no number. */
  number: string | null;
}

/** Digits of a phone that say more than a chance. */
const leastPhoneDigits = 5;
/** Of a number in full, the last ten: what stands before them is +7 in one place and 8 in another. */
const nationalDigits = 10;

/** Reads what a person typed. Pure. */
export function readSearch(text: string): RecordSearch {
  const digits = /^[\d\s()+.-]+$/.test(text) ? text.replace(/\D/g, '') : '';
  return {
    pattern: containsPattern(text),
    phone: digits.length >= leastPhoneDigits ? `%${digits.slice(-nationalDigits)}%` : null,
    number: /^\d{1,18}$/.test(text) ? text : null,
  };
}

const searched: Record<Entity, { texts: readonly string[]; phone: string }> = {
  object: { texts: ['r.name', 'r.imei', 'r.serial_number'], phone: 'r.phone_number' },
  user: { texts: ['r.name', 'r.email'], phone: 'r.phone' },
  contract: {
    texts: [`(r.number || ' ' || coalesce(r.client_name, ''))`, 'r.title', 'r.client_email', 'r.client_inn'],
    phone: 'r.client_phone',
  },
};

/**
 * SQL for whether the row `r` of a CRM table, with its mapping `m`, fits a search. Binds `$pattern`, and `$phone` and `$number` where the
 * search has them.
 */
export function crmFits(entity: Entity, { phone, number }: RecordSearch): string {
  const { texts, phone: column } = searched[entity];
  const byText = texts.map((text) => `${text} ilike $pattern`);
  const byPhone = phone === null ? [] : [`regexp_replace(${column}, '\\D', '', 'g') like $phone`];
  const byNumber = number === null ? [] : ['r.id = $number::bigint', 'm.bitrix24_key = $number::bigint'];
  return `(${[...byText, ...byPhone, ...byNumber].join(' or ')})`;
}

/** The same for a record of the portal alone, known by its number. */
export function portalFits({ number }: RecordSearch): string {
  return number === null ? 'false' : 'r.external_id = $number::text';
}
