import type { RemoteChanges, RemoteValues } from '../field-maps/types.ts';
import type { Entity } from '../lib/records.ts';
import type { Bitrix24Error } from './errors.ts';
import type { Urgency } from './limits/bucket.ts';
import type { Alternative } from './list-search.ts';
import type { TaskApi } from './portal-task.ts';

/** A Bitrix24 record as the app sees it. */
export interface RemoteRecord extends RemoteValues {
  id: number;
  /** `updatedTime`, resolution one second. */
  modifiedAt: Date;
  /** `createdTime`, resolution one second; null where the portal does not tell. */
  createdAt: Date | null;
  originatorId: string | null;
  originId: string | null;
}

/** What is done to records. `import` is a create that starts no robots. */
export type WriteOperation = WriteCommand['operation'] | 'import';

export type WriteCommand =
  | { operation: 'create'; entity: Entity; changes: RemoteChanges; originId: string }
  | { operation: 'update'; entity: Entity; id: number; changes: RemoteChanges; before: RemoteRecord }
  | { operation: 'delete'; entity: Entity; id: number };

/**
 * What became of one command of a batch. `record` is the record as the portal really stored it; absent after a delete, and where the
 * portal's answer does not show it whole: then it has to be read. `before` is the record as it was just before an update.
 */
export type WriteOutcome =
  | { ok: true; record?: RemoteRecord; id: number; before?: RemoteRecord }
  | { ok: false; error: Bitrix24Error };

/** What the portal said of one record that was asked for by its id. `absent`: a list did not show it, which proves nothing. */
export type RecordAnswer =
  | { state: 'present'; record: RemoteRecord }
  | { state: 'absent' | 'gone' }
  | { state: 'failed'; error: Bitrix24Error };

/** A field as `crm.item.fields` describes it, by upper-case name. */
export interface FieldInfo {
  /** Id of a user field: one that was made again has the same name and another id. Null: not told. */
  id: string | null;
  upperName: string;
  itemName: string;
  type: string;
  title: string;
  isReadOnly: boolean;
  isMultiple: boolean;
  /** A record cannot be saved without it; the portal does not tell of fields that a stage requires. */
  isRequired: boolean;
  /** What an enumeration offers. */
  options: readonly ListOption[];
  /** The list that a field of the type `crm_status` takes its values from, by ENTITY_ID. */
  statusType: string | null;
}

/** One value of a list of the portal. */
export interface ListOption {
  id: string;
  name: string;
  /** Of a stage of a funnel alone. */
  semantics?: DealStage['semantics'];
}

/** A funnel of deals with its stages in their order. */
export interface Funnel {
  /** 0 for the common one. */
  id: number;
  name: string;
  stages: readonly ListOption[];
}

/** An employee of the portal. */
export interface Person {
  id: number;
  name: string;
  /** Null where the portal does not tell e-mails to us. */
  email: string | null;
  /** False for somebody who was dismissed. */
  isActive: boolean;
}

/** What a record of the portal can be given, each part null when it may not be read. */
export interface PortalChoices {
  funnels: readonly Funnel[] | null;
  people: readonly Person[] | null;
  /** The portal's lists by ENTITY_ID. */
  lists: ReadonlyMap<string, readonly ListOption[]> | null;
  /** Why a part is null. */
  unread: Partial<Record<'funnels' | 'people' | 'lists', Bitrix24Error>>;
  readAt: Date;
}

/** A user field of a single text that is to be made. */
export interface NewUserField {
  /** With its prefix: `UF_CRM_AXENTA_IMEI`; 50 signs at most. */
  upperName: string;
  labels: { ru: string; en: string };
}

/** A stage of a funnel; `P` in progress, `S` won, `F` lost. */
export interface DealStage {
  /** STATUS_ID, as a deal's STAGE_ID has it. */
  id: string;
  semantics: 'P' | 'S' | 'F';
}

export interface ListedRecord {
  id: number;
  modifiedAt: Date;
  originatorId: string | null;
  originId: string | null;
}

export interface ListFilter {
  /** Only records changed at or after this moment; some portals pass it over, see `isChangedSince`. */
  changedSince?: Date;
  /** Only records whose last change is older than this moment. */
  changedBefore?: Date;
  /** Only records that carry our ORIGINATOR_ID. */
  ours?: boolean;
  /** Only records with one of these values in each of the fields. */
  where?: readonly FieldValues[];
  /** Only records that fit one alternative, or more, of every group. */
  oneOf?: readonly (readonly Alternative[])[];
}

/** A field with the values that are looked for. */
export interface FieldValues {
  /** Upper-case names of the field, where portals differ: the first that the portal has counts. */
  fields: readonly string[];
  values: readonly (string | number)[];
}

/** Where a list begins: behind a record of this id, 0 for the beginning. */
export interface ListStart {
  filter: ListFilter;
  afterId: number;
}

/** How long a caller waits for a portal before it gives its slot to others. */
export interface Patience {
  /** A read is cut after this long, in ms. */
  readMs: number;
  /** A write is never cut for it, but one that took longer is told. */
  writeMs: number;
  /** The portal took longer. Called before the call ends. */
  onSlow(): void;
}

/** What a portal tells of its plan and of the application's licence there. */
export interface PortalPlan {
  /** LICENSE_FAMILY. */
  family: string | null;
  /** DAYS until the licence ends, negative in the days of grace (app.info, 2026-09). */
  daysLeft: number | null;
}

/** A notice for one person in the portal. */
export interface Notice {
  userId: number;
  text: string;
  tag: string;
}

/** E-mails and phones to look for. */
export interface Reach {
  emails: readonly string[];
  phones: readonly string[];
}

/** Which requisites are looked for. */
export interface RequisiteFilter {
  field: 'RQ_INN' | 'ENTITY_ID';
  values: readonly string[];
}

/** A requisite of a company: numbers of the tax register as they were typed. */
export interface Requisite {
  companyId: number;
  inn: string | null;
  kpp: string | null;
}

export interface CallOptions {
  /** Who waits: each uses the portal's limits up to what it leaves to the more urgent ones. `normal` when absent. */
  urgency?: Urgency;
  signal?: AbortSignal;
  /** Shorter than the time-outs of the transport; absent: those hold. */
  patience?: Patience;
}

/**
 * Everything the app asks of one portal. One implementation speaks to a portal through the official SDK, another is the mock
 * of the unit tests. Every method throws `Bitrix24Error` when the request as a whole failed.
 */
export interface Bitrix24Client {
  /** `host[:port]` of the portal. */
  readonly portal: string;
  /** Who we are there. */
  profile(options?: CallOptions): Promise<{ id: number; isAdmin: boolean; name: string }>;
  scope(options?: CallOptions): Promise<string[]>;
  /** Fields of a kind, by upper-case name; cached for an hour. */
  fields(entity: Entity, options?: CallOptions): Promise<Map<string, FieldInfo>>;
  /** Records by id, 50 ids a command, 50 commands a request. Ids that the portal does not show are absent. */
  read(entity: Entity, ids: readonly number[], options?: CallOptions): Promise<Map<number, RemoteRecord>>;
  /** The same, with an answer for each id: a list command that fails leaves the others. Throws when the request as a whole failed. */
  readEach(entity: Entity, ids: readonly number[], options?: CallOptions): Promise<Map<number, RecordAnswer>>;
  /** Asks for each record by itself, fifty a request: `present`, `gone` or `failed`. Throws when a request as a whole failed. */
  verifyEach(entity: Entity, ids: readonly number[], options?: CallOptions): Promise<Map<number, RecordAnswer>>;
  /** One record by id, or null only when the portal itself says that it does not exist. */
  find(entity: Entity, id: number, options?: CallOptions): Promise<RemoteRecord | null>;
  /**
   * The same for people who look: as it was three seconds ago at the most, asked once for all who look, and not before `since`. What is to
   * be decided by a record is asked with `find`.
   */
  glance(entity: Entity, id: number, since: Date): Promise<RemoteRecord | null>;
  /** The same for many, fifty a request; null for each that the portal says does not exist. */
  findAll(entity: Entity, ids: readonly number[], options?: CallOptions): Promise<Map<number, RemoteRecord | null>>;
  /** Records that carry one of these ORIGIN_IDs together with our ORIGINATOR_ID, oldest id first. */
  findByOrigin(entity: Entity, originIds: readonly string[], options?: CallOptions): Promise<RemoteRecord[]>;
  /**
   * Ids of the contacts or companies that have any of these e-mails or phones, twenty values a command, fifty commands a request. The
   * portal compares phones without their extensions (crm-duplicate-find-by-comm.md, 2026-08); which value a record was found by it does not say.
   */
  findReachable(entity: 'user' | 'contract', reach: Reach, options?: CallOptions): Promise<number[]>;
  /**
   * Requisites of companies with any of these INN, or of the companies with these ids, fifty a command (crm-requisite-list.md, 2026-08).
   * An INN, and a company, may have many.
   */
  findRequisites(by: RequisiteFilter, options?: CallOptions): Promise<Requisite[]>;
  /** Records whose field (by upper-case name) has one of these values, fifty a command. Throws when the portal has no such field. */
  findByField(
    entity: Entity,
    wanted: { field: string; values: readonly string[] },
    options?: CallOptions,
  ): Promise<RemoteRecord[]>;
  /** How many records fit one step now: min(50, 3 s / measured cost), and the cost of one in seconds; null before the first. */
  stepSize(operation: WriteOperation, entity: Entity): Promise<{ size: number; cost: number | null }>;
  /** Sends the commands as one batch, halt off; one outcome per command, in order. */
  write(commands: readonly WriteCommand[], options?: CallOptions): Promise<WriteOutcome[]>;
  /** Creates by `crm.item.batchImport` (no robots start), 20 rows a command. */
  importSilently(
    entity: Entity,
    items: readonly { changes: RemoteChanges; originId: string }[],
    options?: CallOptions,
  ): Promise<WriteOutcome[]>;
  /** Records in the order of their ids, after `afterId`, as many pages as one request holds; `serverTime` is the portal's own clock. */
  list(
    entity: Entity,
    filter: ListFilter,
    afterId: number,
    options?: CallOptions,
  ): Promise<{ records: ListedRecord[]; last: boolean; serverTime: Date }>;
  /** How many records a list would show, one request; null when the portal does not tell. */
  count(entity: Entity, filter: ListFilter, options?: CallOptions): Promise<number | null>;
  /** Which of these ids are users of the portal, dismissed ones too, with their names; fifty a request (user-get.md, 2026-08). */
  users(ids: readonly number[], options?: CallOptions): Promise<Map<number, string>>;
  /** First pages of several lists of one kind, in one request, made one after the other. */
  firstPages(
    entity: Entity,
    lists: readonly ListStart[],
    options?: CallOptions,
  ): Promise<{ pages: { records: ListedRecord[]; last: boolean }[]; serverTime: Date }>;
  /** What the portal makes of a filter on `updatedTime`, tried on one record; null when the record is not shown or changed meanwhile. */
  proveTimeFilter(
    entity: Entity,
    record: { id: number; modifiedAt: Date },
    options?: CallOptions,
  ): Promise<'honoured' | 'ignored' | null>;
  /** A funnel's stages in their order (`crm.status.list`), none where it is not known; read within the hour, and not before `since`. */
  stages(categoryId: number, options?: CallOptions, since?: Date): Promise<DealStage[]>;
  /** The portal's lists by ENTITY_ID, stages among them, in their order (`crm.status.list`); cached for an hour. */
  lists(options?: CallOptions): Promise<Map<string, ListOption[]>>;
  /**
   * Funnels, employees and lists, as they were ten minutes ago at the most, and not before `since`. A part that we may not read is null.
   * Throws when the portal cannot be asked.
   */
  choices(options?: CallOptions, since?: Date): Promise<PortalChoices>;
  /** Makes a user field of a kind; returns its id (`crm.deal.userfield.add` and siblings). Not repeat-safe: look by name first. */
  addUserField(entity: Entity, field: NewUserField, options?: CallOptions): Promise<string>;
  /** Reads the fields of a kind now, however lately they were read: an emptied value is believed only of a field that is still the same. */
  refreshFields(entity: Entity, options?: CallOptions): Promise<void>;
  /** Looks whether records of the kind come with their e-mails and phones. Throws `portal_too_old` where they do not. */
  proveMultifields(entity: Entity, options?: CallOptions): Promise<void>;
  /** What the portal says of its plan (`app.info`); null for what it does not say. */
  plan(options?: CallOptions): Promise<PortalPlan>;
  /**
   * Puts a notice under a person's bell, without an author (im-notify-system-add.md, 2026-08); needs the permission `im`. Returns
   * whether the portal made one. Sent again with the same tag, an application's notice takes the place of the former one.
   */
  notify(notice: Notice, options?: CallOptions): Promise<boolean>;
  /** Tasks of the portal; they need the permission `task`, which nothing else does. */
  readonly tasks: TaskApi;
  /** Forgets cached field lists and stage lists. */
  clearCache(): void;
}
