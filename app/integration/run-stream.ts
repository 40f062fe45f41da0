import type { PortalState } from '../bitrix24/limits/forecast.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../models/database.ts';
import type { RunRow } from '../sync/runs/run-row.ts';
import { findRun } from '../sync/runs/runs.ts';
import { presentRun } from './present-run.ts';

const tickMs = 1000;

/**
 * A run's progress as server-sent events: a data line each second while it runs, the final one when it has ended, then the stream
 * ends. It ends with the caller's token too: `until`, null for never. The comment line before each one keeps proxies from closing a quiet connection.
 */
export async function* streamRun(
  {
    db,
    clock,
    portalStateOf,
  }: { db: Database; clock: Clock; portalStateOf(tenantId: number): Promise<PortalState | null> },
  { tenantId, id }: { tenantId: number; id: number },
  { signal, until }: { signal: AbortSignal; until: Date | null },
): AsyncGenerator<string> {
  const leftMs = () => (until === null ? tickMs : until.getTime() - clock.now().getTime());
  yield 'retry: 3000\n\n';
  while (!signal.aborted && leftMs() > 0) {
    const row = await findRun(db, tenantId, id);
    const run = presentRun(row, clock.now(), await portalStateOf(tenantId));
    yield `: heartbeat\ndata: ${JSON.stringify(run)}\n\n`;
    if (row.state !== 'running') return;
    await clock.sleep(Math.min(tickMs, Math.max(0, leftMs())), signal).catch(() => undefined);
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
