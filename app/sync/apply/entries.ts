import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { Canonical } from '../../field-maps/types.ts';
import type { AskedLine, SettledFields } from '../journal/asked-conflicts.ts';
import type { OpenMatch } from '../journal/matches.ts';
import type { RunOutcome, RunTick } from '../journal/run-counters.ts';
import type { ConflictLine, LogLine } from '../journal/sync-log.ts';
import type { OutsidePair, SeenRecord } from '../load/mapping-marks.ts';
import type { MappingUpsert } from '../load/mappings.ts';
import type { LoadedPair } from '../pair.ts';
import type { Plan } from '../plan/plan.ts';

/** A pair whose plan was applied on the Bitrix24 side (where it asked for that), ready to be committed on ours. */
export interface AppliedPlan {
  pair: LoadedPair;
  plan: Plan;
  /** The record as the portal stored it; null when nothing was sent. */
  answer: RemoteRecord | null;
  /** The record just before our update; null when it is not known. */
  justBefore?: RemoteRecord | null;
  /** For `create_local`: the columns of the new record. */
  newRecord?: Record<string, unknown>;
  /** Fields that the portal refused to take. */
  refused?: readonly RefusedField[];
  /** Keys of fields whose value was chosen from lists that were older than the portal's: they are chosen anew. */
  outdated?: readonly string[];
  durationMs: number;
}

/** One field that one side refused. */
export interface RefusedField {
  key: string;
  error: unknown;
  /** What the portal holds since; absent: what was read before. */
  stored?: Canonical;
  /** The portal cut the text: what stood behind it in the same field is gone. */
  isCut?: boolean;
}

/** Everything that one local transaction writes about a pair, but for the local row itself. */
export interface Entries {
  mappings: MappingUpsert[];
  unlinked: number[];
  orphaned: number[];
  forgotten: number[];
  seen: SeenRecord[];
  /** Pairs that do not take part. */
  outside: OutsidePair[];
  log: LogLine[];
  conflicts: ConflictLine[];
  /** Fields about which a person is asked, and those about which nothing is asked any more. */
  asked: AskedLine[];
  settled: SettledFields[];
  ticks: RunTick[];
  /** Pairs whose queue rows are done. */
  done: LoadedPair[];
  /** Pairs that have to be looked at once more at once. */
  again: LoadedPair[];
  /** Fields that stay in error, by their pairs. */
  refused: { pair: LoadedPair; plan: Plan; fields: readonly RefusedField[]; durationMs: number }[];
  /** Pairs with fields that rest since they were refused, and orphans: what was said of them stays. */
  resting: LoadedPair[];
  /** Records of ours that a person has to match. */
  waiting: OpenMatch[];
  /** Bitrix24 records that were just made by us: the notice of their making says nothing new. */
  made: { entity: LoadedPair['entity']; remoteId: number }[];
}

/** Entries of a pair that stays queued. */
export function noEntries(): Entries {
  return {
    mappings: [],
    unlinked: [],
    orphaned: [],
    forgotten: [],
    seen: [],
    outside: [],
    log: [],
    conflicts: [],
    asked: [],
    settled: [],
    ticks: [],
    done: [],
    again: [],
    refused: [],
    resting: [],
    waiting: [],
    made: [],
  };
}

/** Entries of a pair whose queue rows are done, with what its runs count. */
export function doneEntries(pair: LoadedPair, outcome: RunOutcome, entries: Partial<Entries> = {}): Entries {
  const conflicts = (entries.conflicts?.length ?? 0) + (entries.asked?.length ?? 0);
  return {
    ...noEntries(),
    ...entries,
    done: [pair],
    ticks: pair.rows.map((row) => ({ row, outcome, conflicts })),
  };
}

/** The entries of several pairs as one. */
export function joinEntries(parts: readonly Entries[]): Entries {
  const all = noEntries();
  for (const part of parts) {
    for (const key of Object.keys(all) as (keyof Entries)[]) {
      // Each list is joined with the list of the same name.
      (all[key] as unknown[]).push(...part[key]);
    }
  }
  return all;
}
