import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { installerNotAdmin, isLimitCode } from '../../bitrix24/error-table.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { readOpenFaults, type ShownFault } from '../../sync/faults/open-faults.ts';
import { readCompleteUntil } from '../../sync/journal/completeness.ts';
import { countHeld } from '../../sync/journal/held-deletions.ts';
import { type Pauses, readPauses } from '../../sync/load/read-pauses.ts';
import { connectionSuspended, notConfigured } from './connection-errors.ts';
import type { Connection, Connections } from './connections.ts';
import { type HealthVerdict, judgeHealth, lateAfterSec } from './judge-health.ts';

/** A monitor that asks every second costs the portal one request in five. */
const freshMs = 5000;

export interface HealthReport extends HealthVerdict {
  checkedAt: Date;
  connection: Connection | null;
  /** When the tokens of the installation were renewed last; null for a webhook. */
  tokenRefreshedAt: Date | null;
  queue: QueueMeasure;
  faults: ShownFault[];
  /** Every change up to this moment is applied; null when nothing can be said yet. */
  completeUntil: Date | null;
  lastError: { code: string; message: string; kind: string; at: Date } | null;
  /** Deletions that wait for a person. */
  held: number;
  /** What rests because a person paused it. */
  paused: Pauses;
}

export interface QueueMeasure {
  depth: number;
  due: number;
  /** Rows that wait for the end of a pause, or until a person asks for their kind. */
  resting: number;
  oldestAt: Date | null;
  /** Since when the oldest due row is due, if that is too long. */
  lateSince: Date | null;
}

export interface HealthDeps {
  db: Database;
  connections: Connections;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** When the tokens of the tenant's installation were renewed last; null without one. */
  tokenRefreshedAt(tenantId: number): Promise<Date | null>;
  clock: Clock;
  log: Log;
}

export type Health = ReturnType<typeof makeHealth>;

/** Makes the live check of a tenant's connection. */
export function makeHealth({ db, connections, clientFor, tokenRefreshedAt, clock, log }: HealthDeps) {
  const recent = new Map<number, { at: number; failure: Promise<AppError | null> }>();

  /** Asks the portal who we are; the answer, or the failure, is remembered for five seconds. */
  async function probe(tenantId: number): Promise<AppError | null> {
    const known = recent.get(tenantId);
    const now = clock.now().getTime();
    if (known && now - known.at < freshMs) return known.failure;
    const failure = askPortal(tenantId);
    recent.set(tenantId, { at: now, failure });
    try {
      return await failure;
    } catch (error) {
      recent.delete(tenantId);
      throw error;
    }
  }

  async function askPortal(tenantId: number): Promise<AppError | null> {
    try {
      const client = await clientFor(tenantId);
      const { isAdmin } = await client.profile({ urgency: 'interactive' });
      if (!isAdmin && (await connections.find(tenantId))?.kind === 'installation') throw installerNotAdmin();
      await mendConnection(tenantId, client);
      return null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error instanceof Bitrix24Error && error.kind === 'auth') await connections.suspend(tenantId, error);
      return error;
    }
  }

  /** The portal knows us again; without its CRM a suspended connection would only be suspended anew. */
  async function mendConnection(tenantId: number, client: Bitrix24Client): Promise<void> {
    await connections.markChecked(tenantId);
    const connection = await connections.find(tenantId);
    if (connection?.state === 'suspended') {
      const scope = await client.scope({ urgency: 'interactive' });
      if (!scope.includes('crm')) throw connectionSuspended(connection.error);
      await connections.resume(tenantId, connection.kind);
    } else if (connection && waitsForPortal(connection)) {
      await connections.clearPause(tenantId);
    } else return;
    log.info(
      { tenant_id: tenantId, operation: 'resume', result: 'ok', portal: connection.portal },
      'Подключение к порталу снова работает',
    );
  }

  return {
    /**
     * Reports a tenant's connection after a live call to the portal: a suspended or waiting connection that answers is resumed, one that
     * is refused is suspended. Without `live` the portal is not asked: what is known of it is told, at no cost to its limits.
     */
    async report(tenantId: number, { live = true } = {}): Promise<HealthReport> {
      const known = await connections.find(tenantId);
      const failure = known === null ? notConfigured() : live ? await probe(tenantId) : knownFailure(known);
      const [connection, tokenRefreshed, queue, faults, completeUntil, lastError, held, paused] = await Promise.all([
        connections.find(tenantId),
        tokenRefreshedAt(tenantId),
        measureQueue(db, tenantId),
        readOpenFaults(db, tenantId),
        readCompleteUntil(db, tenantId),
        findLastError(db, tenantId),
        countHeld(db, tenantId),
        readPauses(db, tenantId),
      ]);
      return {
        ...judgeHealth({ failure, faults, lateSince: queue.lateSince, isPaused: paused.tenant !== null }),
        checkedAt: clock.now(),
        connection,
        tokenRefreshedAt: connection?.kind === 'installation' ? tokenRefreshed : null,
        queue,
        faults,
        completeUntil,
        lastError,
        held,
        paused,
      };
    },

    /** Checks the connection at once and throws the failure, if there is one. */
    async require(tenantId: number): Promise<void> {
      recent.delete(tenantId);
      const failure = (await connections.find(tenantId)) ? await probe(tenantId) : notConfigured();
      if (failure) throw failure;
    },

    /** Forgets what was remembered: after a set-up, or when a person clears the cache. */
    forget(tenantId: number): void {
      recent.delete(tenantId);
    },
  };
}

function waitsForPortal({ pauseFailures, pauseReason }: Connection): boolean {
  return pauseFailures > 0 && !isLimitCode(pauseReason ?? '');
}

function knownFailure({ state, error }: Connection): AppError | null {
  return state === 'suspended' ? connectionSuspended(error) : null;
}

async function measureQueue(db: Database, tenantId: number): Promise<QueueMeasure> {
  const [queue] = await queryRows<QueueMeasure>(
    db,
    `select count(*)::integer as depth, (count(*) filter (where due_at <= now()))::integer as due,
            (count(*) filter (where waits_for in ('paused', 'by_hand') and due_at > now()))::integer as resting,
            min(queued_at) as "oldestAt",
            min(due_at) filter (where due_at <= now() - make_interval(secs => ${lateAfterSec})) as "lateSince"
       from sync_queue where tenant_id = $tenantId`,
    { tenantId },
  );
  return queue ?? { depth: 0, due: 0, resting: 0, oldestAt: null, lateSince: null };
}

async function findLastError(db: Database, tenantId: number): Promise<HealthReport['lastError']> {
  const [error] = await queryRows<NonNullable<HealthReport['lastError']>>(
    db,
    `select code, message, kind, updated_at as at from integration_errors
      where tenant_id = $tenantId and status <> 'resolved' order by updated_at desc, id desc limit 1`,
    { tenantId },
  );
  return error ?? null;
}
