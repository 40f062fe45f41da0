import type { Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import { builtInMap } from './built-in.ts';
import { canonicalBoolean, canonicalDate, canonicalText } from './canonical.ts';
import { ofFirstContract } from './clients.ts';
import { moneyPair } from './money.ts';
import {
  type Canonical,
  type CustomPair,
  defaultPlace,
  type FieldMap,
  type FieldMapSettings,
  type FieldPair,
  type Place,
} from './types.ts';

type ColumnType = 'text' | 'date' | 'money' | 'boolean';

interface Column {
  type: ColumnType;
  /** Of an amount: the column of its currency. */
  currency?: string;
  /** The column belongs to another record: it is shown there and never taken over from there. */
  isShown?: true;
  /** The column may not be empty: an emptied Bitrix24 field is filled again from our side. */
  required?: true;
}

/** Columns that a tenant may pair with a field of its own choice. */
const columns: Record<Entity, Record<string, Column>> = {
  object: {
    imei: { type: 'text' },
    type: { type: 'text' },
    phone_number: { type: 'text' },
    serial_number: { type: 'text' },
    status: { type: 'text', required: true },
    contract_total_amount: { type: 'money', currency: 'contract_currency', isShown: true },
  },
  user: { role: { type: 'text', required: true }, is_active: { type: 'boolean', required: true } },
  contract: {
    number: { type: 'text', required: true },
    title: { type: 'text' },
    description: { type: 'text' },
    client_inn: { type: 'text' },
    client_kpp: { type: 'text' },
    client_address: { type: 'text' },
    start_date: { type: 'date' },
    end_date: { type: 'date' },
    total_amount: { type: 'money', currency: 'currency' },
    currency: { type: 'text', required: true },
    status: { type: 'text', required: true },
  },
};

const canonicals: Record<Exclude<ColumnType, 'money'>, (value: unknown) => Canonical> = {
  text: canonicalText,
  date: canonicalDate,
  boolean: canonicalBoolean,
};

/** Bitrix24 field types that can hold a column of each type (`crm.item.fields`, api-reference/crm/data-types.md, 2026-08). */
const fittingTypes: Record<ColumnType, readonly string[]> = {
  text: ['string', 'text', 'url', 'char', 'crm_status', 'crm_currency'],
  date: ['date', 'datetime'],
  money: ['money', 'double', 'integer'],
  boolean: ['boolean', 'char'],
};

/** The built-in map of a kind with the tenant's changes: pairs off, other owners, own pairs. */
export function fieldMapFor(entity: Entity, settings: FieldMapSettings, place: Place = defaultPlace): FieldMap {
  const disabled = new Set(settings.disabled ?? []);
  const pairs = builtInMap(entity, place)
    .pairs.filter((pair) => !disabled.has(pair.key))
    .map((pair) => ({ ...pair, owner: settings.owners?.[pair.key] ?? pair.owner }));
  const own = (settings.custom ?? []).flatMap((pair) => toFieldPair(entity, pair)).map(ofFirstContract);
  return { entity, place, pairs: [...pairs, ...own] };
}

/** Columns that may be paired with a field of the tenant's choice. */
export function allowedLocalFields(entity: Entity): string[] {
  return Object.keys(columns[entity]);
}

/** What is wrong with a tenant's own pair, or null. `field` is the portal's description of the field, when it has it. */
export function checkCustomPair(
  entity: Entity,
  pair: CustomPair,
  field: { type: string; isReadOnly: boolean; isMultiple: boolean } | undefined,
): Text | null {
  const column = columns[entity][pair.local];
  if (!field || !column) {
    return { ru: `в портале нет поля ${pair.bitrix24}`, en: `the portal has no field ${pair.bitrix24}` };
  }
  const taken = builtInMap(entity, defaultPlace).pairs.find((known) => known.remoteFields.includes(pair.bitrix24));
  if (taken) {
    return {
      ru: `поле ${pair.bitrix24} уже занято парой «${taken.key}»`,
      en: `the field ${pair.bitrix24} is already used by the pair "${taken.key}"`,
    };
  }
  if (field.isMultiple) {
    return {
      ru: `поле ${pair.bitrix24} хранит несколько значений, нужно поле с одним`,
      en: `the field ${pair.bitrix24} holds several values; choose one that holds a single value`,
    };
  }
  if (field.isReadOnly && pair.owner !== 'bitrix24') {
    return {
      ru: `поле ${pair.bitrix24} только для чтения: выберите владельца bitrix24`,
      en: `the field ${pair.bitrix24} is read-only: choose the owner bitrix24`,
    };
  }
  if (column.isShown && pair.owner !== 'crm') {
    return {
      ru: `поле ${pair.local} принадлежит договору: выберите владельца crm`,
      en: `the field ${pair.local} belongs to the contract: choose the owner crm`,
    };
  }
  if (!fittingTypes[column.type].includes(field.type)) {
    const fitting = fittingTypes[column.type].join(', ');
    return {
      ru: `тип ${field.type} не подходит к ${pair.local}; подходят: ${fitting}`,
      en: `the type ${field.type} does not fit ${pair.local}; these do: ${fitting}`,
    };
  }
  return null;
}

function toFieldPair(entity: Entity, pair: CustomPair): FieldPair[] {
  const { local, bitrix24, owner } = pair;
  const column = columns[entity][local];
  if (!column) return [];
  if (column.type === 'money') return [moneyPair(pair, column.currency ?? 'currency')];
  const canonical = canonicals[column.type];
  return [
    {
      key: `${local}:${bitrix24}`,
      owner,
      localFields: [local],
      remoteFields: [bitrix24],
      readLocal: (record) => canonical(record[local]),
      readRemote: (remote) => canonical(remote.fields[bitrix24]),
      encode: (record) => canonical(record[local]),
      decode(value) {
        if (value === null && column.required) return {};
        return { [local]: column.type === 'boolean' && value !== null ? value === 'Y' : value };
      },
      write: (remote, value) => ({ ...remote, fields: { ...remote.fields, [bitrix24]: value } }),
    },
  ];
}
