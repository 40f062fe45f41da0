import {
  canonicalBoolean,
  canonicalDate,
  canonicalEmail,
  canonicalLine,
  canonicalNumber,
  canonicalPhone,
  canonicalText,
  isEmpty,
} from './canonical.ts';
import type { Column } from './columns.ts';
import { fileAddress } from './file-address.ts';
import type { Canonical, Conversion, CustomPair, FieldPair, Gap, Place } from './types.ts';

type Plain = 'text' | 'number' | 'date' | 'datetime' | 'boolean' | 'phone' | 'email' | 'link';

function canonicalsOf({ country }: Place): Record<Plain, (value: unknown) => Canonical> {
  return {
    text: canonicalText,
    number: canonicalNumber,
    date: canonicalDate,
    datetime: canonicalMoment,
    boolean: canonicalBoolean,
    phone: (value) => canonicalPhone(value, country),
    email: canonicalEmail,
    link: canonicalLine,
  };
}

/** `2026-11-26T16:31:59.123456+03:00` and longer forms of it. */
const longestMoment = 64;

/** A moment to the second, as portals keep them, in UTC. */
export function canonicalMoment(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const moment = value instanceof Date ? value.getTime() : Date.parse(String(value).slice(0, longestMoment));
  return Number.isNaN(moment) ? null : new Date(moment).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * The pair of a column with a field that holds the same in other words, by the way of writing of `conversion`. What is none of its kind (a
 * word where a number belongs) cannot be shown there: it stays here, and what stands there stays there.
 */
export function plainPair(pair: CustomPair, column: Column, place: Place): FieldPair {
  const { local, bitrix24, owner } = pair;
  const conversion = (pair.conversion ?? 'text') as Plain;
  const canonical = canonicalsOf(place)[conversion];
  // A column of texts may hold what the field cannot: the CRM's value is remembered as it is.
  const own = column.type === 'text' ? canonicalText : canonical;
  const gapOf = (value: unknown): Gap | undefined =>
    !isEmpty(value) && canonical(value) === null ? 'error' : undefined;
  return {
    key: `${local}:${bitrix24}`,
    owner,
    localFields: [local],
    remoteFields: [bitrix24],
    readLocal: (record) => own(record[local]),
    readRemote: (remote) => canonical(remote.fields[bitrix24]),
    encode: (record) => canonical(record[local]),
    gaps(record) {
      const gap = gapOf(record[local]);
      return gap === undefined ? {} : { toRemote: gap };
    },
    decode(value, record) {
      if (value === null && column.required) return {};
      // The same number in other words (`8 029 …`) is no other number.
      if (value !== null && column.type === 'text' && canonical(record[local]) === value)
        return { [local]: record[local] };
      return { [local]: column.type === 'boolean' && value !== null ? value === 'Y' : value };
    },
    write: (remote, value) => ({ ...remote, fields: { ...remote.fields, [bitrix24]: value } }),
  };
}

/** The pair of a column with the address of a file in the portal. A file field takes no address: it is read only. */
export function filePair({ local, bitrix24, owner }: CustomPair, { portalHost }: Place): FieldPair {
  return {
    key: `${local}:${bitrix24}`,
    owner,
    localFields: [local],
    remoteFields: [bitrix24],
    readLocal: (record) => canonicalLine(record[local]),
    readRemote: ({ fields }) => fileAddress(fields[bitrix24], portalHost),
    encode: () => null,
    gaps: (record) => (isEmpty(record[local]) ? {} : { toRemote: 'keep' }),
    decode: (value) => ({ [local]: value }),
    write: (remote) => remote,
  };
}

export function isPlain(conversion: Conversion): conversion is Plain {
  return ['text', 'number', 'date', 'datetime', 'boolean', 'phone', 'email', 'link'].includes(conversion);
}
