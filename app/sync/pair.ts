import type { Bitrix24Client, CallOptions, FieldInfo, PortalChoices, RemoteRecord } from '../bitrix24/client.ts';
import type { FieldMap } from '../field-maps/types.ts';
import type { Entity } from '../lib/records.ts';
import type { FormerMapping } from './load/former-mappings.ts';
import type { LocalRow } from './load/local-rows.ts';
import type { Mapping } from './load/mappings.ts';
import type { AskedField } from './plan/field-policy.ts';
import type { Question } from './plan/question.ts';
import type { RunFilters } from './plan/scope-settings.ts';
import type { Settings } from './plan/settings.ts';
import type { Shadows } from './plan/shadows.ts';
import type { QueueRow, SentValues } from './queue/sync-queue.ts';

/** One record pair with both sides as they are now. */
export interface LoadedPair {
  entity: Entity;
  /** Both sides were read after this moment: what happens later may not be seen. */
  readAt: Date;
  /** The queue rows that ask for this pair: the local side, the Bitrix24 side, or both. */
  rows: QueueRow[];
  localId: number | null;
  local: LocalRow | null;
  remoteId: number | null;
  remote: RemoteRecord | null;
  /** The portal itself said that the record does not exist. */
  remoteGone: boolean;
  mapping: Mapping | null;
  /** What the pair was linked as in this portal, where it has no mapping now. */
  former: FormerMapping | null;
  /** What the sides looked like when the pair was last equal; empty for a pair that never was. */
  shadows: Shadows;
  /** What an unanswered create sent: the shadows of a record that was found by its origin. */
  sent: SentValues | null;
  /** The Bitrix24 record was made by a create of ours that was never committed here. */
  unsettled: boolean;
  /** Another live Bitrix24 record already stands for the local one. */
  duplicate: boolean;
  /** What only a person can tell: nothing is done until then. */
  question: Question | null;
  /** The two were found to be the same and are not equal yet: the rule of the first link holds. */
  matched: boolean;
  /** Fields about which a person is asked, by key. */
  asked: Readonly<Record<string, AskedField>>;
  /** Other contracts, not deleted, that are linked with the same company. */
  companions: readonly number[];
  /** Why the portal does not give this record; null when it does. */
  readError: unknown;
}

/** A row whose pair is looked at later. */
export interface WaitingRow {
  row: QueueRow;
  until: Date;
  /** The row of another record whose create is waited for; absent: the pair's own create has no answer. */
  behind?: QueueRow;
}

/** What decides where new records of a kind go. */
export interface Placing {
  /** Null when the portal's lists could not be read: then what was chosen is believed. */
  choices: PortalChoices | null;
  fields: ReadonlyMap<string, FieldInfo>;
}

/** What a pass over record pairs of one kind works with. */
export interface SyncContext {
  /** The name of our database in portals: `databaseName`. */
  database: string;
  tenantId: number;
  entity: Entity;
  settings: Settings;
  fieldMap: FieldMap;
  client: Bitrix24Client;
  options: CallOptions;
  /** Runs whose creates must start no robots in the portal. */
  silentRuns: ReadonlySet<number>;
  runFilters: RunFilters;
  /** What new records can be given in the portal; null where the portal decides everything. */
  placing: Placing | null;
  /** Pairs that wait because the portal does not show their field, by key. */
  paused: ReadonlySet<string>;
  /** Mapped fields that were gone from the portal and are back, by name, with the moment since when. */
  returned: ReadonlyMap<string, Date>;
}
