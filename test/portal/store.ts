import { closingDate, dateSticks } from './deal-dates.ts';
import { FieldCatalogue } from './fields.ts';
import { Funnels } from './funnels.ts';
import { StatusLists } from './status-lists.ts';
import { applyMultifields, type MultifieldChange, type StoredMultifield, toStored } from './stored-values.ts';
import type { PortalSwitches } from './switches.ts';
import { type RecordChange, type RecordKind, RestError } from './types.ts';

/** A record as the portal keeps it. Texts and references by upper-case name; multifields apart. */
export interface StoredRecord {
  id: number;
  fields: Record<string, unknown>;
  multifields: StoredMultifield[];
}

export interface RecordWrite {
  fields: Record<string, unknown>;
  multifields: MultifieldChange[];
}

/** One record as a change left it; null: it is gone. */
export interface StoreEntry {
  nextIds: Record<RecordKind | 'multifield', number>;
  kind: RecordKind;
  id: number;
  record: StoredRecord | null;
}

export interface StoreDeps {
  /** ms since the epoch. */
  now(): number;
  switches: PortalSwitches;
  onChange(change: RecordChange): void;
  /** Throws when records may not be given to this user. */
  checkResponsible?(userId: unknown): void;
}

const kinds: RecordKind[] = ['deal', 'contact', 'company'];

/** The portal's CRM data: what every method and the page's cards read and write. */
export class Store {
  readonly catalogue = new FieldCatalogue();
  readonly funnels = new Funnels();
  readonly statuses = new StatusLists();
  readonly #deps: StoreDeps;
  readonly #tables: Record<RecordKind, Map<number, StoredRecord>> = {
    deal: new Map(),
    contact: new Map(),
    company: new Map(),
  };
  readonly #bin: Record<RecordKind, Map<number, StoredRecord>> = {
    deal: new Map(),
    contact: new Map(),
    company: new Map(),
  };
  /** Each kind counts for itself, as portals do: a deal and a contact may have the same number. */
  #nextIds = { deal: 1, contact: 1, company: 1, multifield: 1 };
  /** What a portal's robot writes after a change, for each kind; null: no robot. */
  robot: ((kind: RecordKind, record: StoredRecord) => Record<string, unknown> | undefined) | null = null;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
  }

  /** All records of a kind, in the order of their ids. */
  all(kind: RecordKind): StoredRecord[] {
    return [...this.#tables[kind].values()];
  }

  get(kind: RecordKind, id: number): StoredRecord | undefined {
    return this.#tables[kind].get(id);
  }

  create(kind: RecordKind, write: RecordWrite, userId: number, options: { robots?: boolean } = {}): StoredRecord {
    const id = this.#nextIds[kind]++;
    const now = this.#timestamp();
    const record: StoredRecord = {
      id,
      fields: {
        ...Object.fromEntries(
          this.catalogue.list(kind).map((field) => [field.upperName, field.isMultiple ? [] : null]),
        ),
        ...defaults(kind, id, now, this.#deps.switches),
        ...{ ID: id, DATE_CREATE: now, DATE_MODIFY: now, LAST_ACTIVITY_TIME: now },
        ...{ CREATED_BY_ID: userId, MODIFY_BY_ID: userId, ASSIGNED_BY_ID: userId, OPENED: 'Y' },
      },
      multifields: [],
    };
    Object.assign(record.fields, this.#stored(kind, write.fields, record.fields, true));
    record.multifields = applyMultifields([], write.multifields, () => this.#nextIds.multifield++, this.#deps.switches);
    if (kind === 'contact' && !record.fields.NAME && !record.fields.LAST_NAME) record.fields.LAST_NAME = 'Без имени';
    this.#tables[kind].set(id, record);
    this.#deps.onChange({ kind, change: 'ADD', id, userId });
    if (options.robots !== false) this.#startRobot(kind, record);
    return record;
  }

  /** Returns whether anything changed; an update that changes nothing saves nothing, unless the switch says otherwise. */
  update(kind: RecordKind, id: number, write: RecordWrite, userId: number): boolean {
    const record = this.#tables[kind].get(id);
    if (!record) throw new RestError(400, 'NOT_FOUND', 'Element not found');
    const fields = this.#stored(kind, write.fields, record.fields, false);
    const multifields = applyMultifields(
      record.multifields,
      write.multifields,
      () => this.#nextIds.multifield++,
      this.#deps.switches,
    );
    const changed =
      Object.entries(fields).some(([name, value]) => JSON.stringify(record.fields[name]) !== JSON.stringify(value)) ||
      JSON.stringify(multifields) !== JSON.stringify(record.multifields);
    if (!changed && !this.#deps.switches.noOpUpdatesSave) return false;
    const isMoved = kind === 'deal' && fields.CATEGORY_ID !== record.fields.CATEGORY_ID;
    Object.assign(record.fields, fields, { DATE_MODIFY: this.#timestamp(), MODIFY_BY_ID: userId });
    record.multifields = multifields;
    const place = { categoryId: Number(fields.CATEGORY_ID), stageId: String(fields.STAGE_ID) };
    this.#deps.onChange({ kind, change: 'UPDATE', id, userId, ...(isMoved && { movedTo: place }) });
    this.#startRobot(kind, record);
    return changed;
  }

  /** Moves a record to the recycle bin. */
  delete(kind: RecordKind, id: number, userId: number): void {
    const record = this.#tables[kind].get(id);
    if (!record) throw new RestError(400, 'NOT_FOUND', 'Element not found');
    this.#tables[kind].delete(id);
    this.#bin[kind].set(id, record);
    this.#deps.onChange({ kind, change: 'DELETE', id, userId });
  }

  /** The ids of a kind's records in the recycle bin. */
  deleted(kind: RecordKind): number[] {
    return [...this.#bin[kind].keys()];
  }

  /** The records of a kind in the recycle bin, under their old ids. */
  inBin(kind: RecordKind): StoredRecord[] {
    return [...this.#bin[kind].values()];
  }

  /** Takes a record out of the recycle bin for good. */
  purge(kind: RecordKind, id: number): void {
    if (!this.#bin[kind].delete(id)) throw new RestError(400, 'NOT_FOUND', 'Element not found');
  }

  /** Brings a record back from the recycle bin: under a new id, with its old origin and its old time of change. */
  restore(kind: RecordKind, id: number, userId: number, isSilent = false): StoredRecord {
    const record = this.#bin[kind].get(id);
    if (!record) throw new RestError(400, 'NOT_FOUND', 'Element not found');
    this.#bin[kind].delete(id);
    const restored = { ...record, id: this.#nextIds[kind]++ };
    restored.fields = { ...record.fields, ID: restored.id };
    this.#tables[kind].set(restored.id, restored);
    this.#deps.onChange({ kind, change: 'ADD', id: restored.id, userId, isSilent });
    return restored;
  }

  snapshot() {
    const tables = Object.fromEntries(kinds.map((kind) => [kind, this.all(kind)])) as Record<
      RecordKind,
      StoredRecord[]
    >;
    return {
      nextIds: this.#nextIds,
      tables,
      userFields: this.catalogue.snapshot(),
      funnels: this.funnels.snapshot(),
      statuses: this.statuses.snapshot(),
    };
  }

  load(snapshot: ReturnType<Store['snapshot']>): void {
    this.#nextIds = snapshot.nextIds;
    this.catalogue.load(snapshot.userFields);
    this.funnels.load(snapshot.funnels);
    this.statuses.load(snapshot.statuses);
    for (const kind of kinds) for (const record of snapshot.tables[kind]) this.#tables[kind].set(record.id, record);
  }

  entryOf(kind: RecordKind, id: number): StoreEntry {
    return { nextIds: this.#nextIds, kind, id, record: this.get(kind, id) ?? null };
  }

  replay({ nextIds, kind, id, record }: StoreEntry): void {
    this.#nextIds = nextIds;
    if (record) this.#tables[kind].set(id, record);
    else this.#tables[kind].delete(id);
  }

  /** What is kept of a write to a record whose fields were `before`. */
  #stored(
    kind: RecordKind,
    fields: Record<string, unknown>,
    before: Record<string, unknown>,
    isNew: boolean,
  ): Record<string, unknown> {
    const stored: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      const field = this.catalogue.byUpper(kind, name);
      // Unknown and read-only fields are passed over without a word.
      if (!field || field.isReadOnly) continue;
      const kept = toStored(field, value, this.#deps.switches);
      if (kept === undefined || (kept === null && !isNew && name === 'TITLE')) continue;
      if (kept === null && dateSticks(kind, name, this.#deps.switches)) continue;
      stored[name] = kept;
    }
    if (isNew) for (const name of ['TITLE', 'STAGE_ID']) if (stored[name] === null) delete stored[name];
    this.#deps.checkResponsible?.(stored.ASSIGNED_BY_ID);
    // An empty responsible puts the former one back, without an error (how-to-make-contact-edit-card.md, 2026-08-04).
    if (stored.ASSIGNED_BY_ID === null) delete stored.ASSIGNED_BY_ID;
    if (kind !== 'deal') return stored;
    if (this.#deps.switches.wrongPlace === 'refused') this.funnels.check(before, stored);
    // An amount without its currency gets the base one, whatever stood there.
    if (stored.OPPORTUNITY !== undefined && fields.CURRENCY_ID === undefined)
      stored.CURRENCY_ID = this.#deps.switches.baseCurrency;
    const placed = { ...stored, ...this.funnels.place(before, stored) };
    return isNew ? placed : { ...placed, ...closingDate(before, placed, this.#deps) };
  }

  #startRobot(kind: RecordKind, record: StoredRecord): void {
    const fields = this.robot?.(kind, record);
    if (!fields) return;
    Object.assign(record.fields, fields, { DATE_MODIFY: this.#timestamp() });
    this.#deps.onChange({ kind, change: 'UPDATE', id: record.id, userId: 0 });
  }

  // Whole seconds, as portals keep them.
  #timestamp(): string {
    return new Date(Math.floor(this.#deps.now() / 1000) * 1000).toISOString();
  }
}

function defaults(kind: RecordKind, id: number, now: string, switches: PortalSwitches): Record<string, unknown> {
  if (kind === 'contact') return { CATEGORY_ID: 0 };
  if (kind === 'company') return { TITLE: `Компания #${id}`, CATEGORY_ID: 0, IS_MY_COMPANY: 'N' };
  const inAWeek = new Date(Date.parse(now) + 7 * 86_400_000).toISOString().slice(0, 10);
  return {
    TITLE: `Сделка #${id}`,
    CURRENCY_ID: switches.baseCurrency,
    IS_RECURRING: 'N',
    BEGINDATE: now.slice(0, 10),
    CLOSEDATE: inAWeek,
  };
}
