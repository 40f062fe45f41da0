import type { Entity } from '../lib/records.ts';

/**
 * A value made canonical: two values that mean the same are the same string, and "nothing" is null, never ''.
 * Dates are `YYYY-MM-DD`, phones E.164 where they can be, numbers without trailing zeros, texts trimmed with LF line ends.
 */
export type Canonical = string | null;

/**
 * A CRM row as the engine reads it: the table's columns by their own names (snake_case), dates as `YYYY-MM-DD`. An object
 * carries its contract too: `contract_number`, `contract_client_name`, `contract_start_date`, `contract_end_date`,
 * `contract_bitrix24_id` (the company that the contract is linked with); all null when it has none. `has_contract` is true also while
 * the contract is linked with no company.
 */
export type LocalRecord = Readonly<Record<string, unknown>>;

/** One value of a multifield. `id` is absent while the portal has not stored it yet. */
export interface Multifield {
  id?: number;
  typeId: 'PHONE' | 'EMAIL' | 'WEB' | 'IM' | 'LINK';
  valueType: string;
  value: string;
}

/** What a Bitrix24 record holds, as the app sees it: documented upper-case names, multifields apart. */
export interface RemoteValues {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly multifields: readonly Multifield[];
}

/** Which of the multifield's values is ours, by pair key: the others belong to the people in the portal. */
export type TrackedIds = Readonly<Record<string, number>>;

export type FieldOwner = 'both' | 'crm' | 'bitrix24';

/**
 * One pair of fields that is kept equal. Pure. `local` values and `remote` values live in two spaces: `encode` and `decode`
 * lead from one to the other, and either may lose something, which is why each side is compared with its own shadow only.
 */
export interface FieldPair {
  /** Stable name: the key in shadows, conflicts and the log. */
  readonly key: string;
  readonly owner: FieldOwner;
  /** Columns read on our side. */
  readonly localFields: readonly string[];
  /** Upper-case Bitrix24 fields read and written. */
  readonly remoteFields: readonly string[];
  readLocal(local: LocalRecord): Canonical;
  readRemote(remote: RemoteValues, tracked: TrackedIds): Canonical;
  /** False: our side cannot say just now what the value is, and the field rests. Absent: it always can. */
  isKnown?(local: LocalRecord): boolean;
  /** The remote value that stands for this record's local value. */
  encode(local: LocalRecord): Canonical;
  /** The columns to set so that the local side shows this remote value. */
  decode(remote: Canonical, local: LocalRecord): Record<string, unknown>;
  /** The remote record with this remote value in it; everything else untouched. */
  write(remote: RemoteValues, value: Canonical, tracked: TrackedIds): RemoteValues;
  /** For a multifield: the id of our value in this record, looked up by the tracked id, then by value, then the first. */
  track?(remote: RemoteValues, tracked: TrackedIds, wanted: Canonical): number | undefined;
}

export interface FieldMap {
  readonly entity: Entity;
  readonly pairs: readonly FieldPair[];
}

/** What must be sent so that `before` becomes `after`: changed fields only. */
export interface RemoteChanges {
  /** Upper-case name to new value; null clears. */
  fields: Record<string, unknown>;
  /** With id and value: change; with id and value '': remove; without id: add. */
  multifields: Multifield[];
}

/** A tenant's own pair: a CRM column kept equal with a standard or `UF_CRM_*` field. */
export interface CustomPair {
  local: string;
  bitrix24: string;
  owner: FieldOwner;
}

/** A tenant's changes to the built-in map of one kind. */
export interface FieldMapSettings {
  /** Keys of built-in pairs that are switched off. */
  disabled?: string[];
  /** Other owners for built-in pairs, by key. */
  owners?: Record<string, FieldOwner>;
  custom?: CustomPair[];
}
