import { forecast, type PortalState } from '../bitrix24/limits/forecast.ts';
import { methodOf } from '../bitrix24/methods.ts';
import type { RunRow } from '../sync/runs/run-row.ts';

/** A run as the REST interface shows it. */
export interface PresentedRun {
  id: number;
  /** `undo`: it takes another run, or one change, back. */
  kind: RunRow['kind'];
  undo: RunRow['undo'];
  direction: string;
  entities: string[];
  filter: unknown;
  dry_run: boolean;
  silent: boolean;
  import_new: boolean;
  state: RunRow['state'];
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  excluded: number;
  failed: number;
  conflicts: number;
  done_by_entity: { object: number; user: number; contract: number };
  errors: unknown[];
  preview: unknown[];
  /** Records a second since the start. */
  rate: number;
  /** Seconds until the end at this rate; null while the total is not known yet, or nothing has been done. */
  eta_sec: number | null;
  requested_by: string | null;
  /** Their name, for those who work in the portal. */
  requested_by_name: string | null;
  /** The dry run that it was started from. */
  preview_id: number | null;
  /** When a run that waits begins. */
  starts_at: string | null;
  created_at: string;
  finished_at: string | null;
}

/**
 * Shows a run with its rate and the time that it still needs, as of `now`. With what its portal has left of its limits the time is never
 * less than what the rest costs there. Pure.
 */
export function presentRun(row: RunRow, now: Date, portal: PortalState | null = null): PresentedRun {
  const until = row.finished_at ?? now;
  const elapsedSec = Math.max(1, (until.getTime() - row.created_at.getTime()) / 1000);
  const rate = row.done / elapsedSec;
  return {
    id: row.id,
    kind: row.kind,
    undo: row.undo,
    direction: row.direction,
    entities: row.entities,
    filter: row.filter,
    dry_run: row.dry_run,
    silent: row.silent,
    import_new: row.import_new,
    state: row.state,
    total: row.total,
    done: row.done,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    skipped: row.skipped,
    excluded: row.excluded,
    failed: row.failed,
    conflicts: row.conflicts,
    done_by_entity: { object: 0, user: 0, contract: 0, ...row.done_by_entity },
    errors: row.errors,
    preview: row.preview,
    rate: Math.round(rate * 100) / 100,
    eta_sec: secondsLeft(row, rate, portal),
    requested_by: row.requested_by,
    requested_by_name: row.requested_by_name ?? null,
    preview_id: row.preview_id,
    starts_at: row.starts_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

function secondsLeft(row: RunRow, rate: number, portal: PortalState | null): number | null {
  if (row.state !== 'running') return 0;
  // The scan is still finding records: the total grows, and a guess made of it would only mislead.
  if (row.scan !== null || rate === 0) return null;
  const left = Math.max(0, row.total - row.done);
  return Math.max(Math.ceil(left / rate), portal ? costOfRest(row, left, portal) : 0);
}

/**
 * Seconds that the rest of a run to the portal takes there, if it is made of creates and changes as what was done: a method whose time is
 * nearly spent slows the run down later, whatever its rate is now.
 */
function costOfRest(row: RunRow, left: number, portal: PortalState): number {
  if (row.direction !== 'to_bitrix' || row.dry_run) return 0;
  const calls = [
    { method: row.silent ? methodOf.import : methodOf.create, calls: Math.round((left * row.created) / row.done) },
    { method: methodOf.update, calls: Math.round((left * row.updated) / row.done) },
  ].filter((planned) => planned.calls > 0);
  return calls.length === 0 ? 0 : forecast(calls, 0, portal).seconds;
}

/** The counts of a finished run, in the shape that callers of `sync/to` and `sync/from` know. */
export function presentCounts(row: RunRow, now: Date) {
  const run = presentRun(row, now);
  return {
    objects_synced: run.done_by_entity.object,
    users_synced: run.done_by_entity.user,
    contracts_synced: run.done_by_entity.contract,
    errors: run.errors,
    run,
  };
}
