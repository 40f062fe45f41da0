import type { RemoteRecord, Requisite } from '../../bitrix24/client.ts';
import { canonicalEmail, canonicalLine, canonicalPhone, canonicalText } from '../../field-maps/canonical.ts';
import type { LocalRecord, Place } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';

/** What a record is known by, in a form that can be compared; what it lacks is empty. */
export interface Identity {
  /** As people read it. */
  title: string | null;
  /** Words of the name, sorted, without what says nothing (quotes, legal forms). */
  name: readonly string[];
  emails: readonly string[];
  /** Digits that count, without extensions: see `phoneKey`. */
  phones: readonly string[];
  /** Numbers of the tax register; a company may have several. */
  requisites: readonly { inn: string; kpp: string | null }[];
  /** The value of the field that the tenant named. */
  value: string | null;
}

/** The columns of an object that a field of deals may hold. */
export const objectColumns = ['imei', 'serial_number', 'phone_number', 'name'] as const;

/** Which field of a kind is compared with which column. */
export interface NamedField {
  /** Upper-case Bitrix24 name. */
  field: string;
  column: (typeof objectColumns)[number];
}

/** What records are compared by. */
export interface Comparing {
  named: NamedField | null;
  /** Where phone numbers are dialled without a country code. */
  country: Place['country'];
}

/** What a record of ours is known by. Pure. */
export function localIdentity(entity: Entity, local: LocalRecord, { named, country }: Comparing): Identity {
  if (entity === 'user') {
    const title = canonicalLine(local.name);
    return { ...nothing, title, name: wordsOf(title), ...reachOf([local.email], [local.phone], country) };
  }
  if (entity === 'contract') {
    const title = canonicalLine(local.client_name);
    const reach = reachOf([local.client_email], [local.client_phone], country);
    const requisites = requisitesOf([{ inn: local.client_inn, kpp: local.client_kpp }]);
    return { ...nothing, title, name: companyWordsOf(title), ...reach, requisites };
  }
  return { ...nothing, title: canonicalLine(local.name), value: named && canonicalText(local[named.column]) };
}

/** What a record of the portal is known by. `requisites` are those of the record. Pure. */
export function remoteIdentity(
  entity: Entity,
  remote: RemoteRecord,
  { requisites, named, country }: Comparing & { requisites: readonly Requisite[] },
): Identity {
  const { fields, multifields } = remote;
  const valuesOf = (typeId: string) => multifields.filter((item) => item.typeId === typeId).map(({ value }) => value);
  const reach = reachOf(valuesOf('EMAIL'), valuesOf('PHONE'), country);
  if (entity === 'user') {
    const title = canonicalLine([fields.NAME, fields.SECOND_NAME, fields.LAST_NAME].filter(Boolean).join(' '));
    return { ...nothing, title, name: wordsOf(title), ...reach };
  }
  const title = canonicalLine(fields.TITLE);
  if (entity === 'contract')
    return { ...nothing, title, name: companyWordsOf(title), ...reach, requisites: requisitesOf(requisites) };
  return { ...nothing, title, value: named && canonicalText(fields[named.field]) };
}

const nothing: Identity = { title: null, name: [], emails: [], phones: [], requisites: [], value: null };

/** RFC 5321, 4.5.3.1: 64 units of a name, 255 of its host. */
const longestEmail = 320;
const longestPhone = 100;
const longestNumber = 100;
/** Names are compared by the words in so much of them. */
const longestName = 1000;

// Anything else that people write into these fields would find every record with as little of an address.
const isEmail = (value: string) => value.length <= longestEmail && /^\S+@\S+\.\S+$/.test(value);
const isPhone = (value: string) => /^[+\d\s().-]+$/.test(value) && value.replace(/\D/g, '').length >= 7;

function reachOf(
  emails: readonly unknown[],
  phones: readonly unknown[],
  country: Place['country'],
): Pick<Identity, 'emails' | 'phones'> {
  const known = emails.flatMap((value) => canonicalEmail(value) ?? []).filter(isEmail);
  return {
    emails: [...new Set(known)],
    phones: [...new Set(phones.flatMap((value) => dialled(value, country) ?? []))],
  };
}

/** A phone number as it is dialled, without its extension; null for what is none. */
function dialled(value: unknown, country: Place['country']): string | null {
  const phone = canonicalPhone(value, country) ?? '';
  if (phone.length > longestPhone) return null;
  const [number = ''] = phone.split(/\s*(?:доб\.?|ext\.?|[,;#])/i);
  return isPhone(number) ? number : null;
}

/** Phones with the same key are one number, in whatever form each is written: country codes are left out by many. */
export function phoneKey(phone: string): string {
  return phone.slice(-longestPhone).replace(/\D/g, '').slice(-10);
}

/** Numbers of the tax register that can be looked for; what people write instead of them is none. */
function requisitesOf(rows: readonly { inn: unknown; kpp: unknown }[]): Identity['requisites'] {
  return rows.flatMap(({ inn, kpp }) => {
    const [digits, code] = [withoutBlanks(inn), withoutBlanks(kpp)];
    return /^\d{8,14}$/.test(digits) ? [{ inn: digits, kpp: code === '' ? null : code.toUpperCase() }] : [];
  });
}

function withoutBlanks(number: unknown): string {
  return String(number ?? '')
    .slice(0, longestNumber)
    .replace(/\s/g, '');
}

function wordsOf(text: string | null): string[] {
  const words = (text ?? '')
    .slice(0, longestName)
    .toLowerCase()
    .replaceAll('ё', 'е')
    .split(/[^\p{L}\p{N}]+/u);
  return [...new Set(words.filter((word) => word !== ''))].sort();
}

/** Forms of companies, which one program writes and another leaves out. */
const legalForms = new Set('ооо оао зао пао ао нао ип чп тоо одо уп чуп гуп муп фгуп llc ltd inc gmbh corp'.split(' '));

function companyWordsOf(text: string | null): string[] {
  return wordsOf(text).filter((word) => !legalForms.has(word));
}
