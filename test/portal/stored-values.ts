import type { FieldDefinition } from './fields.ts';
import type { PortalSwitches } from './switches.ts';
import { RestError } from './types.ts';

/** What the portal keeps of a value that it is sent: `undefined` means that the field is left as it was. */
export function toStored(field: FieldDefinition, value: unknown, switches: PortalSwitches): unknown {
  if (field.isMultiple) return Array.isArray(value) ? value.map(String) : [];
  if (value === null || value === undefined || value === '') return null;
  switch (field.type) {
    case 'integer':
    case 'user':
    case 'employee':
    case 'crm_company':
    case 'crm_contact':
    case 'crm_category':
      return Number(value) > 0 ? Number(value) : field.type === 'crm_category' ? 0 : null;
    case 'double':
      return Number.isFinite(Number(value)) ? Number(value) : undefined;
    case 'money':
      return toMoney(String(value), switches);
    case 'enumeration':
      return toOption(field, value);
    case 'file':
      return toFile(value);
    case 'boolean':
      return ['Y', '1', 'true', true, 1].includes(value as never) ? 'Y' : 'N';
    case 'date':
      return toDate(String(value));
    case 'datetime':
      return Number.isNaN(Date.parse(String(value))) ? undefined : new Date(String(value)).toISOString();
    default:
      return storeText(field, String(value), switches);
  }
}

// An option that the list does not have is not taken.
function toOption({ card }: FieldDefinition, value: unknown): number | undefined {
  const id = Number(value);
  return card?.options.some((option) => option.id === id) ? id : undefined;
}

let nextFileId = 900;

// `["name", "base64"]` alone stores something; anything else succeeds and stores nothing (crm-item-add.md, 2026-08-18).
function toFile(value: unknown): object | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const id = nextFileId++;
  return { id, name: String(value[0]) };
}

// The base currency is added to an amount without one; whether a currency exists is not asked (crm-item-add.md, 2026-08-18).
function toMoney(text: string, { baseCurrency }: PortalSwitches): string | null {
  const [amount = '', currency = baseCurrency] = text.split('|');
  return amount.trim() === '' ? null : `${amount}|${currency}`;
}

// An unreadable date is dropped, silently.
function toDate(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)/.exec(text);
  return match && !Number.isNaN(Date.parse(match[1] as string)) ? match[1] : undefined;
}

function storeText(field: FieldDefinition, text: string, switches: PortalSwitches): string | null {
  let stored = text.replace(/\r\n?/g, '\n');
  if (field.upperName === 'COMMENTS')
    stored =
      switches.comments === 'bb' ? bracketsToEntities(htmlToBb(stored)).trim() : stored.replaceAll('\n', '<br>\n');
  else stored = stored.trim().slice(0, lengths[field.upperName] ?? 255);
  if (switches.cutsAtFourBytes) stored = stored.replace(/[\u{10000}-\u{10ffff}][\s\S]*$/u, '').trimEnd();
  if (switches.lossyText) stored = switches.lossyText(stored);
  return stored === '' ? null : stored;
}

const lengths: Record<string, number> = { NAME: 50, LAST_NAME: 50, SECOND_NAME: 50 };

function htmlToBb(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<(\/?)(b|i|u|s)>/gi, (_, slash: string, tag: string) => `[${slash}${tag.toUpperCase()}]`)
    .replace(/<\/?(?:p|div|span|a|strong|em)(?:\s[^>]*)?>/gi, '');
}

// A bracket that belongs to no tag exists only as an entity.
function bracketsToEntities(text: string): string {
  const tag = /\[\/?(?:b|i|u|s|p|list|\*|url|img|user|color|size|font|code|quote)(?:=[^\][]*)?\]/i;
  const pieces = text.split(new RegExp(`(${tag.source})`, 'i'));
  return pieces
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replaceAll('[', '&#91;').replaceAll(']', '&#93;')))
    .join('');
}

export interface StoredMultifield {
  id: number;
  typeId: string;
  valueType: string;
  value: string;
}

/** A change of multifields, from either family. */
export interface MultifieldChange {
  id?: number;
  typeId: string;
  valueType?: string;
  value?: string | null;
  remove?: boolean;
}

/** Applies changes to the values: id changes, id without value removes, no id adds. */
export function applyMultifields(
  before: readonly StoredMultifield[],
  changes: readonly MultifieldChange[],
  nextId: () => number,
  switches: PortalSwitches,
): StoredMultifield[] {
  let values = [...before];
  for (const change of changes) {
    const known = change.id === undefined ? undefined : values.find((item) => item.id === change.id);
    if (change.id !== undefined) {
      if (!known) continue;
      const isRemoved = change.remove || change.value === undefined || change.value === null || change.value === '';
      values = isRemoved
        ? values.filter((item) => item !== known)
        : values.map((item) =>
            item === known
              ? { ...known, value: checked(change), valueType: change.valueType || known.valueType }
              : item,
          );
      continue;
    }
    if (change.remove || !change.value) continue;
    const value = checked(change);
    const valueType = change.valueType || 'WORK';
    const equal = values.some(
      (item) => item.typeId === change.typeId && item.value === value && item.valueType === valueType,
    );
    if (!(equal && switches.dedupeMultifields)) values.push({ id: nextId(), typeId: change.typeId, valueType, value });
  }
  return values;
}

function checked({ typeId, value }: MultifieldChange): string {
  const text = String(value).trim();
  if (typeId === 'EMAIL' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) {
    throw new RestError(400, 'ERROR_CORE', 'The field Work e-mail contains an invalid address<br>');
  }
  if (text.length > 250) throw new RestError(400, 'ERROR_CORE', 'The value is too long');
  return text;
}
