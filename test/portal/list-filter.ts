import type { FieldDefinition } from './fields.ts';
import type { StoredRecord } from './store.ts';

/** One condition of a filter: `record` fits or not. */
export type Condition = (record: StoredRecord) => boolean;

const operators = ['!=%', '!%=', '>=', '<=', '!@', '!%', '!=', '=%', '%=', '>', '<', '@', '%', '!', '='];

/** Splits `>=updatedTime` into its operator and the field's name. */
export function splitKey(key: string): { operator: string; name: string } {
  const operator = operators.find((candidate) => key.startsWith(candidate)) ?? '';
  return { operator: operator || '=', name: key.slice(operator.length) };
}

/** Makes the condition of one filter entry. Multifields are compared as they are stored. */
export function toCondition(field: FieldDefinition | 'PHONE' | 'EMAIL', operator: string, wanted: unknown): Condition {
  const values = (
    Array.isArray(wanted) ? wanted : typeof wanted === 'object' && wanted !== null ? Object.values(wanted) : [wanted]
  ).map((value) => comparable(field, value));
  if (typeof field === 'string') {
    return (record) => record.multifields.some((item) => item.typeId === field && values.includes(item.value));
  }
  const read = (record: StoredRecord) => comparable(field, record.fields[field.upperName]);
  const [first] = values;
  const text = String(first ?? '').toLowerCase();
  const contains: Condition = (record) =>
    String(read(record) ?? '')
      .toLowerCase()
      .includes(text);
  const like: Condition = (record) => toPattern(text).test(String(read(record) ?? '').toLowerCase());
  const set = new Set(values);
  // Parts of a value are not looked for in lists and links: the portal compares the whole (crm-item-list.md, 2026-08).
  const isWhole = ['crm_status', 'crm_company', 'crm_contact'].includes(field.type);
  switch (isWhole ? operator.replaceAll('%', '') || '=' : operator) {
    case '=':
    case '@':
      return (record) => set.has(read(record));
    case '!':
    case '!=':
    case '!@':
      return (record) => !set.has(read(record));
    case '>':
      return (record) => compare(read(record), first) > 0;
    case '>=':
      return (record) => compare(read(record), first) >= 0;
    case '<':
      return (record) => compare(read(record), first) < 0;
    case '<=':
      return (record) => compare(read(record), first) <= 0;
    case '%':
      return contains;
    case '!%':
      return (record) => !contains(record);
    case '=%':
    case '%=':
      return like;
    default:
      return (record) => !like(record);
  }
}

type Comparable = string | number | null;

function comparable(field: FieldDefinition | string, value: unknown): Comparable {
  if (value === null || value === undefined || value === '') return null;
  if (typeof field === 'string') return String(value);
  switch (field.type) {
    case 'integer':
    case 'double':
    case 'user':
    case 'crm_company':
    case 'crm_contact':
    case 'crm_category':
      return Number(value);
    case 'datetime':
      return Date.parse(String(value));
    case 'date':
      return String(value).slice(0, 10);
    default:
      return String(value);
  }
}

function compare(a: Comparable, b: Comparable | undefined): number {
  if (a === null || b === null || b === undefined) return Number.NaN;
  return a < b ? -1 : a > b ? 1 : 0;
}

function toPattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*');
  return new RegExp(`^${escaped}$`, 's');
}

/** Orders records by a field; without a value first. */
export function sortRecords(records: StoredRecord[], field: FieldDefinition, direction: unknown): StoredRecord[] {
  const sign = String(direction).toUpperCase() === 'DESC' ? -1 : 1;
  const key = (record: StoredRecord) => comparable(field, record.fields[field.upperName]);
  return records.sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === right) return 0;
    if (left === null) return -sign;
    if (right === null) return sign;
    return left < right ? -sign : sign;
  });
}
