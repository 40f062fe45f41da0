import type { Bitrix24Client } from '../bitrix24/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Entity, SyncDirection } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import type { BulkTurns } from './bulk-turns.ts';
import type { FaultCause } from './faults/fault-store.ts';

/** How a tenant reaches its portal, as far as the engine needs to know. */
export interface ConnectionControl {
  /** Null when the tenant has no connection. */
  find(
    tenantId: number,
  ): Promise<{ state: 'active' | 'suspended'; pausedUntil: Date | null; pauseFailures: number } | null>;
  /** The connection is dead: nothing runs until a person mends it. One error for all. */
  suspend(tenantId: number, error: FaultCause): Promise<void>;
  /** The tenant waits: limits, or a portal that cannot be reached. `failures` counts pauses in a row for one reason. */
  pause(tenantId: number, until: Date, reason: FaultCause & { failures: number }): Promise<void>;
  /** The portal answers again. */
  clearPause(tenantId: number): Promise<void>;
}

/** Counts what was synchronised; nothing waits for it. */
export interface SyncTally {
  applied(entity: Entity, direction: SyncDirection): void;
  failed(entity: Entity, direction: SyncDirection, error: { kind: string; code: string }): void;
}

export interface SyncTimings {
  /**
   * How long a portal may go on working on a request that we have no answer to. Bitrix24 interrupts a request after 60 s
   * (settings/performance/limits.md, 2026-08): looking earlier could miss a record that is just being made.
   */
  uncertainWaitMs: number;
  /** First delay of the exponential backoff. */
  backoffMs: number;
  /** First pause for a portal that cannot be reached. */
  outageMs: number;
}

export const defaultTimings: SyncTimings = { uncertainWaitMs: 60_000, backoffMs: 60_000, outageMs: 5_000 };

export interface SyncDeps {
  db: Database;
  clock: Clock;
  log: Log;
  connections: ConnectionControl;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  timings: SyncTimings;
  /** Absent: nothing is counted. */
  tally?: SyncTally;
  /** Absent: bulk work makes room for nothing. */
  bulkTurns?: BulkTurns;
  /** 0 to 1, for jitter. */
  random(): number;
}
