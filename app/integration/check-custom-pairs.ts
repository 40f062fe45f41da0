import type { Bitrix24Client, FieldInfo } from '../bitrix24/client.ts';
import { allowedLocalFields, columnOf } from '../field-maps/columns.ts';
import { fittingConversions, isListConversion } from '../field-maps/conversions.ts';
import { checkCustomPair } from '../field-maps/custom.ts';
import { funnelOf } from '../field-maps/stages.ts';
import type { Choice, Conversion, CustomPair, FieldMapSettings, KnownFields } from '../field-maps/types.ts';
import type { Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { readKnownFields } from '../sync/load/known-fields.ts';
import type { SettingsProblem } from '../sync/plan/settings.ts';

const interactive = { urgency: 'interactive' } as const;

export interface CustomPairDeps {
  db: Database;
  client: Bitrix24Client;
}

/**
 * What is wrong with a tenant's own pairs of a kind: columns, fields and conversions that do not fit, values that the portal's lists do not
 * have, ways back that are not marked. The portal's fields and lists are read now where a table of values names them. Throws AppError.
 */
export async function checkCustomPairs(
  { db, client }: CustomPairDeps,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  { custom = [] }: FieldMapSettings,
): Promise<SettingsProblem[]> {
  if (custom.some(({ values, unmapped }) => values ?? unmapped)) await client.refreshFields(entity, interactive);
  let fields = await client.fields(entity, interactive);
  // What an administrator made a moment ago may not be among those that are remembered.
  if (custom.some(({ bitrix24 }) => !fields.has(bitrix24))) {
    await client.refreshFields(entity, interactive);
    fields = await client.fields(entity, interactive);
  }
  const types = custom.map(({ bitrix24 }) => fields.get(bitrix24)?.type ?? '');
  const needsLists = types.some((type) => ['crm_status', 'crm_category', 'user', 'employee'].includes(type));
  if (needsLists) await client.choices(interactive, new Date());
  const known = await readKnownFields(db, { tenantId, entity }, custom);
  return custom.flatMap((pair, index) => {
    const path = `field_map.${entity}.custom.${index}`;
    return checkOne(entity, pair, { fields, known }).map(({ path: part, problem }) => ({
      path: `${path}.${part}`,
      problem,
    }));
  });
}

interface Portal {
  fields: ReadonlyMap<string, FieldInfo>;
  known: KnownFields;
}

function checkOne(entity: Entity, pair: CustomPair, { fields, known }: Portal): SettingsProblem[] {
  const column = columnOf(entity, pair.local);
  if (!column) {
    const list = allowedLocalFields(entity).join(', ');
    return [{ path: 'local', problem: { ru: `доступные поля: ${list}`, en: `fields to choose from: ${list}` } }];
  }
  const field = fields.get(pair.bitrix24);
  const problem = checkCustomPair(entity, pair, field);
  if (problem || !field) return [{ path: 'bitrix24', problem: problem ?? noField }];
  const [first] = fittingConversions(column.type, { name: pair.bitrix24, type: field.type });
  const conversion = pair.conversion ?? first ?? 'text';
  if (!isListConversion(conversion)) return checkNoValues(pair, conversion);
  const isBoolean = column.type === 'boolean';
  return checkValues(pair, { conversion, isBoolean, choices: known.get(pair.bitrix24)?.choices });
}

const noField: Text = { ru: 'в портале нет такого поля', en: 'the portal has no such field' };

function checkNoValues({ values, unmapped }: CustomPair, conversion: Conversion): SettingsProblem[] {
  if (!values && !unmapped) return [];
  const problem = {
    ru: `таблица значений есть только у списков, а здесь преобразование ${conversion}`,
    en: `only lists have a table of values, and the conversion here is ${conversion}`,
  };
  return [{ path: values ? 'values' : 'unmapped', problem }];
}

interface Listed {
  conversion: Conversion;
  isBoolean: boolean;
  choices: readonly Choice[] | undefined;
}

function checkValues(pair: CustomPair, listed: Listed): SettingsProblem[] {
  const { values, unmapped } = pair;
  const { choices, conversion, isBoolean } = listed;
  if (!choices) {
    const problem = {
      ru: 'портал не показывает значения этого списка: дайте подключению право их читать',
      en: 'the portal does not show the values of this list: give the connection the right to read them',
    };
    return [{ path: 'bitrix24', problem }];
  }
  if (isBoolean && !values) {
    return [
      { path: 'values', problem: { ru: 'нужна таблица значений: Y и N', en: 'a table of values is needed: Y and N' } },
    ];
  }
  const unknown = (values ?? []).flatMap(({ crm, bitrix24 }, index): SettingsProblem[] => [
    ...(choices.some(({ id }) => id === bitrix24)
      ? []
      : [{ path: `values.${index}.bitrix24`, problem: notListed(choices) }]),
    ...(isBoolean && !['Y', 'N'].includes(crm) ? [{ path: `values.${index}.crm`, problem: yesOrNo }] : []),
  ]);
  const instead = unmapped?.to_bitrix;
  const isUnknown = typeof instead === 'object' && !choices.some(({ id }) => id === instead.default);
  return [
    ...unknown,
    ...(isUnknown ? [{ path: 'unmapped.to_bitrix.default', problem: notListed(choices) }] : []),
    ...unmarked(pair, conversion),
  ];
}

const yesOrNo: Text = { ru: 'значение CRM здесь Y или N', en: 'the CRM value here is Y or N' };

/** Of several values that lead to one, exactly one is the way back; of a deal's stages, one in each funnel. */
function unmarked({ values = [] }: CustomPair, conversion: Conversion): SettingsProblem[] {
  const crmKey = ({ crm, bitrix24 }: (typeof values)[number]) =>
    `${crm.trim().toLowerCase()} ${conversion === 'stage' ? funnelOf(bitrix24) : ''}`;
  const itemKey = ({ bitrix24 }: (typeof values)[number]) => bitrix24;
  return values.flatMap((value, index) => {
    const problems = [crmKey, itemKey].flatMap((keyOf) => {
      const group = values.filter((other) => keyOf(other) === keyOf(value));
      const isFirst = group[0] === value;
      const marked = group.filter(({ return: isReturn }) => isReturn).length;
      return isFirst && group.length > 1 && marked !== 1 ? [notMarked] : [];
    });
    return problems.slice(0, 1).map((problem) => ({ path: `values.${index}.return`, problem }));
  });
}

const notMarked: Text = {
  ru: 'несколько строк ведут к одному значению: отметьте одну из них return, она и есть обратный путь',
  en: 'several lines lead to one value: mark one of them with return, it is the way back',
};

const shown = 20;

function notListed(choices: readonly Choice[]): Text {
  const names = choices.slice(0, shown).map(({ id, name }) => `${id} «${name}»`);
  const list = [...names, ...(choices.length > shown ? ['…'] : [])].join(', ') || '—';
  return {
    ru: `в списке портала нет такого значения; есть: ${list}`,
    en: `the list has no such value; there are: ${list}`,
  };
}
