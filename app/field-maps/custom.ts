import type { Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import { builtInMap } from './built-in.ts';
import { ofFirstContract } from './clients.ts';
import { columnOf } from './columns.ts';
import { fittingConversions, fittingTypes, isListConversion } from './conversions.ts';
import { listPair } from './list-pair.ts';
import { moneyPair } from './money.ts';
import { filePair, plainPair } from './plain-pair.ts';
import {
  type CustomPair,
  defaultPlace,
  type FieldMap,
  type FieldMapSettings,
  type FieldPair,
  type FieldShape,
  type FirstRule,
  type KnownFields,
  type Place,
} from './types.ts';

/** What a field map depends on besides its settings. */
export interface MapFacts {
  place?: Place;
  /** What is known of the fields of the tenant's own pairs. */
  known?: KnownFields;
  /** What stands where linked records differ in a pair that is new. */
  firstLink?: FirstRule;
}

/** The built-in map of a kind with the tenant's changes: pairs off, other owners, own pairs. */
export function fieldMapFor(entity: Entity, settings: FieldMapSettings, facts: MapFacts = {}): FieldMap {
  const { place = defaultPlace } = facts;
  const disabled = new Set(settings.disabled ?? []);
  const pairs = builtInMap(entity, place)
    .pairs.filter((pair) => !disabled.has(pair.key))
    .map((pair) => ({ ...pair, owner: settings.owners?.[pair.key] ?? pair.owner }));
  // The funnel goes first: a stage is one of its own.
  const custom = [...(settings.custom ?? [])].sort((one, other) => rank(one) - rank(other));
  const own = custom.flatMap((pair) => toFieldPair(entity, pair, facts)).map(ofFirstContract);
  return { entity, place, pairs: [...pairs, ...own] };
}

function rank({ bitrix24 }: CustomPair): number {
  return bitrix24 === 'CATEGORY_ID' ? 0 : 1;
}

function toFieldPair(
  entity: Entity,
  given: CustomPair,
  { place = defaultPlace, known, firstLink }: MapFacts,
): FieldPair[] {
  const column = columnOf(entity, given.local);
  if (!column) return [];
  const field = known?.get(given.bitrix24);
  const type = field?.type ?? fittingTypes(column.type)[0] ?? '';
  const conversion = given.conversion ?? fittingConversions(column.type, { name: given.bitrix24, type })[0] ?? 'text';
  const pair = { ...given, conversion };
  const made = isListConversion(conversion)
    ? listPair(pair, column, field?.choices)
    : conversion === 'money'
      ? moneyPair(pair, column.currency ?? 'currency')
      : conversion === 'file'
        ? filePair(pair, place)
        : plainPair(pair, column, place);
  const firstRule = given.first_link ?? firstLink;
  return [
    {
      ...made,
      ...(given.direction && given.direction !== 'both' && { direction: given.direction }),
      ...(firstRule && { firstRule }),
    },
  ];
}

/** What is wrong with a tenant's own pair, or null. `field` is the portal's description of the field, when it has it. */
export function checkCustomPair(entity: Entity, pair: CustomPair, field: FieldShape | undefined): Text | null {
  const column = columnOf(entity, pair.local);
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
  const writesThere = pair.owner !== 'bitrix24' && pair.direction !== 'from_bitrix';
  if (field.isReadOnly && writesThere) {
    return {
      ru: `поле ${pair.bitrix24} только для чтения: выберите владельца bitrix24`,
      en: `the field ${pair.bitrix24} is read-only: choose the owner bitrix24`,
    };
  }
  if (column.isShown && (pair.owner !== 'crm' || pair.direction === 'from_bitrix')) {
    return {
      ru: `поле ${pair.local} из портала не меняется: выберите владельца crm`,
      en: `the field ${pair.local} is not changed from the portal: choose the owner crm`,
    };
  }
  return checkConversion(pair, column.type, field) ?? checkFile(pair, field, writesThere);
}

function checkConversion(
  { local, bitrix24, conversion }: CustomPair,
  column: Parameters<typeof fittingTypes>[0],
  { type }: FieldShape,
): Text | null {
  const fitting = fittingConversions(column, { name: bitrix24, type });
  if (fitting.length === 0) {
    const types = fittingTypes(column).join(', ');
    return {
      ru: `тип ${type} не подходит к ${local}; подходят: ${types}`,
      en: `the type ${type} does not fit ${local}; these do: ${types}`,
    };
  }
  // A text in a field of numbers is only meant where it is said.
  const isUnsaid = conversion === undefined && fitting[0] === 'number';
  if (isUnsaid) {
    return {
      ru: `тип ${type} не подходит к ${local} без преобразования; подходит: ${fitting.join(', ')}`,
      en: `the type ${type} does not fit ${local} without a conversion; this does: ${fitting.join(', ')}`,
    };
  }
  if (conversion === undefined || fitting.includes(conversion)) return null;
  return {
    ru: `преобразование ${conversion} не подходит к ${local} и полю ${bitrix24} (тип ${type}); подходят: ${fitting.join(', ')}`,
    en: `the conversion ${conversion} does not fit ${local} and the field ${bitrix24} (type ${type}); these do: ${fitting.join(', ')}`,
  };
}

/** A file field takes files, never an address. */
function checkFile({ bitrix24 }: CustomPair, { type }: FieldShape, writesThere: boolean): Text | null {
  if (type !== 'file' || !writesThere) return null;
  return {
    ru: `поле ${bitrix24} хранит файл и не принимает его адрес: выберите направление from_bitrix`,
    en: `the field ${bitrix24} holds a file and does not take its address: choose the direction from_bitrix`,
  };
}
