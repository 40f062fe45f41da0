import type { RecordKind } from './types.ts';

export type FieldType =
  | 'string'
  | 'integer'
  | 'double'
  | 'char'
  | 'date'
  | 'datetime'
  | 'user'
  | 'crm_status'
  | 'crm_company'
  | 'crm_contact'
  | 'crm_currency'
  | 'crm_category'
  | 'boolean'
  | 'enumeration'
  | 'money'
  | 'employee'
  | 'file'
  | 'url';

export interface FieldDefinition {
  upperName: string;
  /** The name in `crm.item.*`. */
  itemName: string;
  type: FieldType;
  title: string;
  isReadOnly: boolean;
  isMultiple: boolean;
  isRequired: boolean;
  isUser: boolean;
  /** Of user fields only. */
  card?: UserFieldCard;
}

/** What the card of a user field keeps beside its type. */
export interface UserFieldCard {
  id: number;
  xmlId: string | null;
  sort: number;
  showFilter: string;
  settings: Record<string, unknown>;
  /** Of an enumeration. */
  options: UserFieldOption[];
}

export interface UserFieldOption {
  id: number;
  value: string;
  sort: number;
  isDefault: boolean;
  xmlId: string;
}

export type UserFieldDefinition = FieldDefinition & { card: UserFieldCard };

type Row = [upperName: string, itemName: string, type: FieldType, title: string, flags?: 'readonly' | 'multiple'];

const common: Row[] = [
  ['ID', 'id', 'integer', 'ID', 'readonly'],
  ['XML_ID', 'xmlId', 'string', 'Внешний код'],
  ['DATE_CREATE', 'createdTime', 'datetime', 'Дата создания', 'readonly'],
  ['DATE_MODIFY', 'updatedTime', 'datetime', 'Дата изменения', 'readonly'],
  ['CREATED_BY_ID', 'createdBy', 'user', 'Кем создана', 'readonly'],
  ['MODIFY_BY_ID', 'updatedBy', 'user', 'Кем изменена', 'readonly'],
  ['ASSIGNED_BY_ID', 'assignedById', 'user', 'Ответственный'],
  ['OPENED', 'opened', 'boolean', 'Доступна всем'],
  ['COMMENTS', 'comments', 'string', 'Комментарий'],
  ['SOURCE_ID', 'sourceId', 'crm_status', 'Источник'],
  ['ORIGINATOR_ID', 'originatorId', 'string', 'Внешний источник'],
  ['ORIGIN_ID', 'originId', 'string', 'Идентификатор во внешнем источнике'],
  ['LAST_ACTIVITY_TIME', 'lastActivityTime', 'datetime', 'Последняя активность', 'readonly'],
];

const own: Record<RecordKind, Row[]> = {
  deal: [
    ['TITLE', 'title', 'string', 'Название'],
    ['TYPE_ID', 'typeId', 'crm_status', 'Тип'],
    ['CATEGORY_ID', 'categoryId', 'crm_category', 'Воронка'],
    ['STAGE_ID', 'stageId', 'crm_status', 'Стадия'],
    ['STAGE_SEMANTIC_ID', 'stageSemanticId', 'string', 'Группа стадии', 'readonly'],
    ['OPPORTUNITY', 'opportunity', 'double', 'Сумма'],
    ['CURRENCY_ID', 'currencyId', 'crm_currency', 'Валюта'],
    ['COMPANY_ID', 'companyId', 'crm_company', 'Компания'],
    ['CONTACT_ID', 'contactId', 'crm_contact', 'Контакт'],
    ['BEGINDATE', 'begindate', 'date', 'Дата начала'],
    ['CLOSEDATE', 'closedate', 'date', 'Дата завершения'],
    ['CLOSED', 'closed', 'boolean', 'Закрыта', 'readonly'],
    ['IS_RECURRING', 'isRecurring', 'boolean', 'Шаблон регулярной сделки'],
  ],
  contact: [
    ['NAME', 'name', 'string', 'Имя'],
    ['SECOND_NAME', 'secondName', 'string', 'Отчество'],
    ['LAST_NAME', 'lastName', 'string', 'Фамилия'],
    ['POST', 'post', 'string', 'Должность'],
    ['TYPE_ID', 'typeId', 'crm_status', 'Тип'],
    ['COMPANY_ID', 'companyId', 'crm_company', 'Компания'],
    ['BIRTHDATE', 'birthdate', 'date', 'Дата рождения'],
    ['CATEGORY_ID', 'categoryId', 'crm_category', 'Раздел'],
    ['ORIGIN_VERSION', 'originVersion', 'string', 'Версия во внешнем источнике'],
  ],
  company: [
    ['TITLE', 'title', 'string', 'Название компании'],
    ['COMPANY_TYPE', 'typeId', 'crm_status', 'Тип'],
    ['INDUSTRY', 'industry', 'crm_status', 'Сфера деятельности'],
    ['REVENUE', 'revenue', 'double', 'Годовой оборот'],
    ['CURRENCY_ID', 'currencyId', 'crm_currency', 'Валюта'],
    ['ADDRESS', 'address', 'string', 'Адрес'],
    ['IS_MY_COMPANY', 'isMyCompany', 'boolean', 'Моя компания'],
    ['CATEGORY_ID', 'categoryId', 'crm_category', 'Раздел'],
    ['ORIGIN_VERSION', 'originVersion', 'string', 'Версия во внешнем источнике'],
  ],
};

/** The fields of each kind; user fields are added while the portal runs. */
export class FieldCatalogue {
  readonly #byKind: Record<RecordKind, FieldDefinition[]>;
  #nextUserFieldId = 101;

  constructor() {
    const build = (kind: RecordKind) => [...common, ...own[kind]].map(toDefinition);
    this.#byKind = { deal: build('deal'), contact: build('contact'), company: build('company') };
  }

  list(kind: RecordKind): readonly FieldDefinition[] {
    return this.#byKind[kind];
  }

  byUpper(kind: RecordKind, name: string): FieldDefinition | undefined {
    return this.#byKind[kind].find((field) => field.upperName === name);
  }

  byItem(kind: RecordKind, name: string): FieldDefinition | undefined {
    return this.#byKind[kind].find((field) => field.itemName === name);
  }

  /** Adds a user field; `UF_CRM_1747309879` is `ufCrm_1747309879` in items, `UF_CRM_ORDER_NO` is `ufCrmOrderNo`. */
  addUserField(kind: RecordKind, upperName: string, type: FieldType, isMultiple: boolean): UserFieldDefinition {
    const tail = upperName.slice('UF_CRM'.length).split('_').slice(1);
    const itemName = tail.reduce(
      (name, part) => name + (/^\d/.test(part) ? `_${part}` : part.charAt(0) + part.slice(1).toLowerCase()),
      'ufCrm',
    );
    const id = this.#nextUserFieldId++;
    const field: UserFieldDefinition = {
      card: { id, xmlId: null, sort: 100, showFilter: 'N', settings: {}, options: [] },
      upperName,
      itemName,
      type,
      title: upperName,
      isReadOnly: false,
      isMultiple,
      isRequired: false,
      isUser: true,
    };
    this.#byKind[kind].push(field);
    return field;
  }

  /** A number for an option of an enumeration. */
  nextOptionId(): number {
    return this.#nextUserFieldId++;
  }

  userFields(kind: RecordKind): UserFieldDefinition[] {
    return this.#byKind[kind].filter((field): field is UserFieldDefinition => field.card !== undefined);
  }

  snapshot() {
    const own = (kind: RecordKind) => this.userFields(kind);
    return {
      nextId: this.#nextUserFieldId,
      fields: { deal: own('deal'), contact: own('contact'), company: own('company') },
    };
  }

  load({ nextId, fields }: ReturnType<FieldCatalogue['snapshot']>): void {
    this.#nextUserFieldId = nextId;
    for (const kind of Object.keys(fields) as RecordKind[]) this.#byKind[kind].push(...fields[kind]);
  }

  removeUserField(kind: RecordKind, upperName: string): void {
    this.#byKind[kind] = this.#byKind[kind].filter((field) => field.upperName !== upperName);
  }
}

function toDefinition([upperName, itemName, type, title, flags]: Row): FieldDefinition {
  return {
    upperName,
    itemName,
    type,
    title,
    isReadOnly: flags === 'readonly',
    isMultiple: flags === 'multiple',
    isRequired: false,
    isUser: false,
  };
}
