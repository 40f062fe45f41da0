import type { Clock } from '../lib/clock.ts';
import type { Database } from '../models/database.ts';
import type { RunRow } from '../sync/runs/run-row.ts';
import { findRun } from '../sync/runs/runs.ts';
import { presentRun } from './present-run.ts';

const tickMs = 1000;

/**
 * A run's progress as server-sent events: a data line each second while it runs, the final one when it has ended, then the stream
 * ends. The comment line before each one keeps proxies from closing a quiet connection.
 */
export async function* streamRun(
  { db, clock }: { db: Database; clock: Clock },
  tenantId: number,
  id: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield 'retry: 3000\n\n';
  while (!signal.aborted) {
    const row = await findRun(db, tenantId, id);
    yield `: heartbeat\ndata: ${JSON.stringify(presentRun(row, clock.now()))}\n\n`;
    if (row.state !== 'running') return;
    await clock.sleep(tickMs, signal).catch(() => undefined);
  }
}

/** Polls a run until it has ended or the time is over; returns it as it is then. */
export async function waitForRun(
  { db, clock }: { db: Database; clock: Clock },
  tenantId: number,
  id: number,
  { signal, timeoutMs, pollMs }: { signal: AbortSignal; timeoutMs: number; pollMs: number },
): Promise<RunRow> {
  const deadline = clock.now().getTime() + timeoutMs;
  while (true) {
    const row = await findRun(db, tenantId, id);
    if (row.state !== 'running' || clock.now().getTime() >= deadline || signal.aborted) return row;
    await clock.sleep(pollMs, signal).catch(() => undefined);
  }
}
