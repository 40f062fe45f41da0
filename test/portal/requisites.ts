import type { RecordKind } from './types.ts';

/** Whose requisites they are: the types of `ENTITY_TYPE_ID` (api-reference/crm/requisites/index.md, 2026-08). */
export const ownerTypes = { contact: 3, company: 4 } as const satisfies Partial<Record<RecordKind, number>>;

export type OwnerKind = keyof typeof ownerTypes;

/** A requisite as the wire has it: every value is a string, an empty one null. */
export type RequisiteRow = Readonly<Record<string, string | null>>;

/** Fields of a requisite that are kept, in the order in which a list without `select` shows them. */
export const requisiteFields = [
  'ID',
  'ENTITY_TYPE_ID',
  'ENTITY_ID',
  'PRESET_ID',
  'DATE_CREATE',
  'DATE_MODIFY',
  'CREATED_BY_ID',
  'MODIFY_BY_ID',
  'NAME',
  'XML_ID',
  'ACTIVE',
  'SORT',
  'RQ_NAME',
  'RQ_COMPANY_NAME',
  'RQ_INN',
  'RQ_KPP',
  'RQ_OGRN',
  'RQ_VAT_ID',
] as const;

/** Requisites of the portal's contacts and companies. Nothing of them is unique. */
export class Requisites {
  #rows: RequisiteRow[] = [];
  #nextId = 1;

  /** Adds one as a person does in a card; returns its id. */
  add(owner: { kind: OwnerKind; id: number }, fields: Record<string, string>): number {
    const id = this.#nextId++;
    const known = Object.fromEntries(requisiteFields.map((name) => [name, fields[name] || null]));
    this.#rows.push({
      ...known,
      ID: String(id),
      ENTITY_TYPE_ID: String(ownerTypes[owner.kind]),
      ENTITY_ID: String(owner.id),
      PRESET_ID: fields.PRESET_ID ?? '1',
      DATE_CREATE: new Date().toISOString(),
      // Never changed: an empty text, not null.
      DATE_MODIFY: '',
      CREATED_BY_ID: '1',
      NAME: fields.NAME ?? 'Реквизиты',
      ACTIVE: 'Y',
      SORT: '500',
    });
    return id;
  }

  /** Changes fields of one as a person does. */
  update(id: number, fields: Record<string, string>): void {
    this.#rows = this.#rows.map((row) =>
      row.ID === String(id) ? { ...row, ...fields, DATE_MODIFY: new Date().toISOString(), MODIFY_BY_ID: '1' } : row,
    );
  }

  /** All of them, by their ids. */
  list(): readonly RequisiteRow[] {
    return this.#rows;
  }
}
