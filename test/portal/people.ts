import { readValues } from './item-methods.ts';
import type { Store } from './store.ts';
import type { PortalSwitches } from './switches.ts';
import type { RecordKind } from './types.ts';
import { toLegacy } from './wire.ts';

type Row = Record<string, unknown> & { ID: string };

/** What a person does with records of one kind in the portal's pages. Fields by upper-case name, multifields as `[{ID, VALUE}]`. */
export interface RecordTable {
  list(): Row[];
  /** Throws when there is no such record. */
  get(id: number): Row;
  create(fields: Record<string, unknown>, userId?: number): Row;
  update(id: number, fields: Record<string, unknown>, userId?: number): Row;
  delete(id: number, userId?: number): void;
  /** Brings a deleted record back; returns its new id. */
  restore(id: number, userId?: number): number;
}

const manager = 7;

/** Makes the table of one kind. */
export function makeRecordTable(kind: RecordKind, store: Store, switches: PortalSwitches): RecordTable {
  const show = (id: number): Row => {
    const record = store.get(kind, id);
    if (!record) throw new Error(`There is no ${kind} ${id}`);
    return toLegacy(kind, record, store.catalogue, switches, { multifields: true, select: null }) as Row;
  };
  const toWrite = (fields: Record<string, unknown>) => {
    const { PHONE, EMAIL, ...rest } = fields;
    return { fields: rest, multifields: [...readValues('PHONE', PHONE), ...readValues('EMAIL', EMAIL)] };
  };
  return {
    list: () => store.all(kind).map((record) => show(record.id)),
    get: show,
    create: (fields, userId = manager) => show(store.create(kind, toWrite(fields), userId).id),
    update(id, fields, userId = manager) {
      store.update(kind, id, toWrite(fields), userId);
      return show(id);
    },
    delete: (id, userId = manager) => store.delete(kind, id, userId),
    restore: (id, userId = manager) => store.restore(kind, id, userId).id,
  };
}
