import type { UserFieldDefinition, UserFieldOption } from './fields.ts';
import { RestError } from './types.ts';

type Params = Record<string, unknown>;

const types = new Set([
  ...['string', 'integer', 'double', 'boolean', 'datetime', 'date', 'money', 'url', 'address', 'enumeration'],
  ...['file', 'employee', 'crm_status', 'iblock_element', 'iblock_section', 'crm'],
]);

export function isTypeKnown(type: string): boolean {
  return types.has(type);
}

/** Takes over what a form of the field's card may change. Throws `ERROR_CORE` for options with one XML_ID. */
export function applyCard(field: UserFieldDefinition, given: Params, nextId: () => number): void {
  const { card } = field;
  const label = given.EDIT_FORM_LABEL ?? given.LIST_COLUMN_LABEL ?? given.LABEL;
  if (label !== undefined) field.title = textOf(label) || field.title;
  if (given.MANDATORY !== undefined) field.isRequired = given.MANDATORY === 'Y';
  if (given.SORT !== undefined) card.sort = Number(given.SORT) || card.sort;
  if (given.XML_ID !== undefined) card.xmlId = String(given.XML_ID);
  if (given.SHOW_FILTER !== undefined) card.showFilter = String(given.SHOW_FILTER);
  if (typeof given.SETTINGS === 'object' && given.SETTINGS !== null) card.settings = given.SETTINGS as Params;
  if (given.LIST !== undefined) card.options = mergeOptions(card.options, given.LIST, nextId);
}

/** A row of `userfield.list`; labels are there only when a language is asked for. */
export function toListRow(field: UserFieldDefinition, entityId: string, withLabels: boolean): Params {
  const { card } = field;
  const label = field.title;
  return {
    ID: String(card.id),
    ENTITY_ID: entityId,
    FIELD_NAME: field.upperName,
    USER_TYPE_ID: field.type,
    XML_ID: card.xmlId,
    SORT: String(card.sort),
    MULTIPLE: field.isMultiple ? 'Y' : 'N',
    MANDATORY: field.isRequired ? 'Y' : 'N',
    SHOW_FILTER: card.showFilter,
    SHOW_IN_LIST: 'Y',
    EDIT_IN_LIST: 'Y',
    IS_SEARCHABLE: 'N',
    SETTINGS: card.settings,
    ...(withLabels && { EDIT_FORM_LABEL: label, LIST_COLUMN_LABEL: label, LIST_FILTER_LABEL: label }),
    ...(withLabels && { ERROR_MESSAGE: null, HELP_MESSAGE: null }),
    ...(field.type === 'enumeration' && { LIST: card.options.map(toOption) }),
  };
}

/** What `userfield.get` answers: labels by language. */
export function toCardRow(field: UserFieldDefinition, entityId: string): Params {
  const labels = { en: field.title, ru: field.title };
  const none = { en: '', ru: '' };
  return {
    ...toListRow(field, entityId, false),
    ...{ EDIT_FORM_LABEL: labels, LIST_COLUMN_LABEL: labels, LIST_FILTER_LABEL: labels },
    ...{ ERROR_MESSAGE: none, HELP_MESSAGE: none },
  };
}

function toOption({ id, value, sort, isDefault, xmlId }: UserFieldOption): Params {
  return { ID: String(id), SORT: String(sort), VALUE: value, DEF: isDefault ? 'Y' : 'N', XML_ID: xmlId };
}

function mergeOptions(before: readonly UserFieldOption[], list: unknown, nextId: () => number): UserFieldOption[] {
  const after = [...before];
  for (const entry of Object.values((list ?? {}) as Record<string, Params>)) {
    const at = after.findIndex((option) => option.id === Number(entry.ID));
    if (entry.DEL === 'Y') {
      if (at >= 0) after.splice(at, 1);
      continue;
    }
    const old = after[at];
    const id = old?.id ?? nextId();
    const option: UserFieldOption = {
      id,
      value: String(entry.VALUE ?? old?.value ?? ''),
      sort: Number(entry.SORT ?? old?.sort ?? 500),
      isDefault: entry.DEF === undefined ? (old?.isDefault ?? false) : entry.DEF === 'Y',
      xmlId: String(entry.XML_ID ?? old?.xmlId ?? id.toString(16).padStart(32, '0')),
    };
    if (after.some((other) => other !== old && other.xmlId === option.xmlId)) {
      throw new RestError(400, 'ERROR_CORE', `List item with value XML_ID=${option.xmlId} already exists.`);
    }
    if (old) after[at] = option;
    else after.push(option);
  }
  return after;
}

function textOf(label: unknown): string {
  if (typeof label !== 'object' || label === null) return String(label);
  const byLanguage = label as Record<string, string>;
  return byLanguage.ru || byLanguage.en || Object.values(byLanguage).find(Boolean) || '';
}
