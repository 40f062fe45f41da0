import type { CountryCode } from 'libphonenumber-js/max';
import type { Entity } from '../lib/records.ts';

/**
 * A value made canonical: two values that mean the same are the same string, and "nothing" is null, never ''.
 * Dates are `YYYY-MM-DD`, phones E.164 where they can be, numbers without trailing zeros, texts trimmed with LF line ends.
 */
export type Canonical = string | null;

/**
 * A CRM row as the engine reads it: the table's columns by their own names (snake_case), dates as `YYYY-MM-DD`. An object
 * carries its contract too: `contract_number`, `contract_client_name`, `contract_start_date`, `contract_end_date`,
 * `contract_total_amount`, `contract_currency`, `contract_bitrix24_id` (the company that the contract is linked with); all null when it
 * has none. `has_contract` is true also while the contract is linked with no company. A contract carries `client_contracts`: those that
 * stand for the same company, itself among them.
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
  /** A field that the portal does not name at all is absent here; one that it names as empty is there, with null or ''. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly multifields: readonly Multifield[];
  /** The answer names no multifields at all, which does not mean that there are none. */
  readonly lacksMultifields?: boolean;
}

/** Which of a multifield's values stands for the CRM's, by pair key. */
export type TrackedIds = Readonly<Record<string, number>>;

/** What is remembered of a Bitrix24 record since its pair was last equal, by pair key. */
export interface Remembered {
  /** What each pair read there. */
  readonly values: Readonly<Record<string, Canonical>>;
  readonly ids: TrackedIds;
  /** Ids of a multifield's values that people entered: they are never changed nor removed. Absent: not known. */
  readonly foreign: Readonly<Record<string, readonly number[]>>;
  /** The record is the answer to a write of ours: our part of a text is as we wrote it. */
  readonly isFresh?: boolean;
}

export const nothingRemembered: Remembered = { values: {}, ids: {}, foreign: {} };

/** What a new value of ours is put in place of. */
export interface Standing {
  /** What the record holds now. */
  value: Canonical;
  /** What our side was when the pair was last equal; undefined when it never was. */
  localShadow: Canonical | undefined;
}

/** Where the company is: how its people write phone numbers, and which day it is there. */
export interface Place {
  country: CountryCode;
  /** Minutes east of UTC by the portal's clock. */
  utcOffsetMin: number;
  /** `host[:port]` of the portal; absent when there is none. */
  portalHost?: string;
}

export const defaultPlace: Place = { country: 'RU', utcOffsetMin: 180 };

export type FieldOwner = 'both' | 'crm' | 'bitrix24';

/** What becomes of a value that has no counterpart on the other side: an error of that field, or both stay as they are. */
export type Gap = 'error' | 'keep';

/** Which of the two values of a pair cannot be shown on the other side. */
export interface Gaps {
  toRemote?: Gap;
  toLocal?: Gap;
}

/** Which ways a pair goes. */
export type PairDirection = 'both' | 'to_bitrix' | 'from_bitrix';

/** Which side stands where the two sides of a pair differ that were never equal. */
export type FirstRule = 'fill_only' | 'crm' | 'bitrix24';

/**
 * One pair of fields that is kept equal. Pure. `local` values and `remote` values live in two spaces: `encode` and `decode`
 * lead from one to the other, and either may lose something, which is why each side is compared with its own shadow only.
 */
export interface FieldPair {
  /** Stable name: the key in shadows, conflicts and the log. */
  readonly key: string;
  readonly owner: FieldOwner;
  /** Absent: both ways. */
  readonly direction?: PairDirection;
  /** What stands where linked records differ the first time that the pair is looked at; absent: the conflict policy decides. */
  readonly firstRule?: FirstRule;
  /** What tells the pair's table of values from the one with which its sides were made equal; absent: it has none. */
  readonly fingerprint?: string;
  /** The values go by the names that the portal's list has for them. */
  readonly goesByNames?: boolean;
  /** How people call a value of the portal's list; null: they do not, or it is not known. Absent: values are shown as they are. */
  nameOf?(remote: Canonical): string | null;
  /** Columns read on our side. */
  readonly localFields: readonly string[];
  /** Upper-case Bitrix24 fields read and written. */
  readonly remoteFields: readonly string[];
  readLocal(local: LocalRecord): Canonical;
  readRemote(remote: RemoteValues, remembered: Remembered): Canonical;
  /** False: what the value ought to be cannot be said just now, and the field rests. Absent: it always can. */
  isKnown?(local: LocalRecord, remote: RemoteValues): boolean;
  /** The remote value that stands for this record's local value. */
  encode(local: LocalRecord): Canonical;
  /** The same where a value stands already: what people arranged there, and what our side cannot show, stays. Absent: as `encode`. */
  encodeOver?(local: LocalRecord, standing: Standing): Canonical;
  /** The same for this very record, where what it holds beside decides (the stage of the deal's own funnel). Absent: as `encode`. */
  encodeAt?(local: LocalRecord, remote: RemoteValues): Canonical;
  /** What of the two values has no counterpart on the other side. Absent: everything has one. */
  gaps?(local: LocalRecord, remote: RemoteValues): Gaps;
  /** The columns to set so that the local side shows this remote value; none when it cannot be shown. */
  decode(remote: Canonical, local: LocalRecord, localShadow?: Canonical): Record<string, unknown>;
  /** The remote record with this remote value in it; everything else untouched. */
  write(remote: RemoteValues, value: Canonical, remembered: Remembered): RemoteValues;
  /** For a multifield: the id of the value that stands for ours in this record. */
  track?(remote: RemoteValues, remembered: Remembered, wanted: Canonical): number | undefined;
}

export interface FieldMap {
  readonly entity: Entity;
  readonly pairs: readonly FieldPair[];
  /** Absent: `defaultPlace`. */
  readonly place?: Place;
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
  /** Absent: both ways. */
  direction?: PairDirection | undefined;
  /** Absent: the first that fits the column and the field. */
  conversion?: Conversion | undefined;
  /** For lists: which value is which. Absent: by the names of the list's values. */
  values?: readonly ListedValue[] | undefined;
  /** For lists: what becomes of a value without a counterpart; `error` where it is not said. */
  unmapped?: { to_bitrix?: Unmapped | undefined; from_bitrix?: Unmapped | undefined } | undefined;
  /** What stands where linked records differ the first time. Absent: `first_link` of the kind. */
  first_link?: FirstRule | undefined;
}

/** How the values of a tenant's own pair are led from one side to the other. */
export type Conversion =
  | 'text'
  | 'number'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'list'
  | 'status'
  | 'stage'
  | 'category'
  | 'money'
  | 'phone'
  | 'email'
  | 'link'
  | 'user'
  | 'file';

/** A CRM value and the id of the list's value that stands for it. */
export interface ListedValue {
  crm: string;
  bitrix24: string;
  /** Of several that lead to one: this is the way back. */
  return?: boolean | undefined;
}

/** What becomes of a value without a counterpart: an error, both sides stay, or this value is written instead. */
export type Unmapped = Gap | { default: string };

/** One value that a field of the portal may hold. */
export interface Choice {
  id: string;
  name: string;
  /** Of a funnel: its stages in their order. */
  stages?: readonly Choice[];
}

/** What of a field decides whether a pair can use it. */
export interface FieldShape {
  type: string;
  isReadOnly: boolean;
  isMultiple: boolean;
}

/** What is known of a field of the portal. */
export interface KnownField {
  type: string;
  /** Of a list; absent for other fields, and where the list was never read. */
  choices?: readonly Choice[];
}

/** Fields of the portal by upper-case name. */
export type KnownFields = ReadonlyMap<string, KnownField>;

/** A tenant's changes to the built-in map of one kind. */
export interface FieldMapSettings {
  /** Keys of built-in pairs that are switched off. */
  disabled?: string[];
  /** Other owners for built-in pairs, by key. */
  owners?: Record<string, FieldOwner>;
  /** Who wins where both sides changed one field differently, by key; the others follow the kind. */
  policies?: Record<string, 'latest' | 'crm' | 'bitrix24' | 'ask'>;
  custom?: CustomPair[];
}
