import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

export type Direction = 'to_bitrix' | 'from_bitrix' | 'bidirectional';

export interface Run {
  id: number;
  /** `undo`: it takes another run, or one change, back. */
  kind: 'sync' | 'undo';
  undo: { run_id?: number; log_id?: number } | null;
  direction: Direction;
  entities: Kind[];
  filter: RunFilter;
  dry_run: boolean;
  /** Starts no robots in the portal. */
  silent: boolean;
  import_new: boolean;
  /** `scheduled`: it begins at `starts_at`. */
  state: 'scheduled' | 'running' | 'finished' | 'cancelled' | 'failed';
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  excluded: number;
  failed: number;
  conflicts: number;
  /** The first failures. */
  errors: unknown[];
  /** What a dry run found. */
  preview: unknown[];
  /** Records a second. */
  rate: number;
  /** Seconds; null while it cannot be told. */
  eta_sec: number | null;
  /** Who started it, of those who work in the portal. */
  requested_by_name: string | null;
  requested_by: string | null;
  /** The dry run that it was started from. */
  preview_id: number | null;
  starts_at: string | null;
  created_at: string;
  finished_at: string | null;
}

/** What became of a run's records, as texts show it. */
export function outcomeOf({ created, updated, unchanged, failed }: Run) {
  return { created, updated, unchanged, failed };
}

/** What a run is narrowed by. */
export interface RunFilter {
  /** A moment. */
  updated_since?: string;
}

export interface RunRequest {
  direction: Direction;
  kinds: readonly Kind[];
  filter?: RunFilter;
  dryRun?: boolean;
  silent?: boolean;
  /** Records that only Bitrix24 has become CRM records. */
  importNew?: boolean;
}

const address = '/api/integration/bitrix24';

export function startRun(api: Api, request: RunRequest): Promise<Run> {
  const { direction, kinds, filter, dryRun, silent, importNew } = request;
  return api.post<Run>(`${address}/sync/${direction === 'from_bitrix' ? 'from' : 'to'}`, {
    direction,
    sync_objects: kinds.includes('object'),
    sync_users: kinds.includes('user'),
    sync_contracts: kinds.includes('contract'),
    ...(filter?.updated_since && { filter: { updated_since: filter.updated_since } }),
    ...(dryRun && { dry_run: true }),
    ...(silent && { silent: true }),
    ...(importNew && { import_new: true }),
  });
}

/** What a run was asked for with, to ask for it again. */
export function requestOf({ direction, entities, filter, dry_run, silent, import_new }: Run): RunRequest {
  return { direction, kinds: entities, filter, dryRun: dry_run, silent, importNew: import_new };
}

/** One page of all runs, the last one first. */
export const listRuns = (api: Api, page: number, signal: AbortSignal) =>
  api.get<{ runs: Run[]; pagination: { total: number; total_pages: number } }>(
    `${address}/runs`,
    { page, limit: 20 },
    signal,
  );

/** The latest runs, the last one first. */
export const readRuns = async (api: Api, limit: number, signal: AbortSignal): Promise<Run[]> =>
  (await api.get<{ runs: Run[] }>(`${address}/runs`, { limit }, signal)).runs;

/** The run that was started last, or null when there was none. */
export const readLastRun = async (api: Api, signal: AbortSignal): Promise<Run | null> =>
  (await readRuns(api, 1, signal))[0] ?? null;

export const readRun = (api: Api, id: number) => api.get<Run>(`${address}/runs/${id}`);

/** The run each second until it has ended. */
export const streamRun = (api: Api, id: number, signal: AbortSignal) =>
  api.stream<Run>(`${address}/runs/${id}/stream`, signal);

export const cancelRun = (api: Api, id: number) => api.post<Run>(`${address}/runs/${id}/cancel`);
