import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

/** Where a run goes that is started here. */
export type Direction = 'to_bitrix' | 'from_bitrix';

export interface Run {
  id: number;
  direction: Direction | 'bidirectional';
  entities: Kind[];
  dry_run: boolean;
  state: 'running' | 'finished' | 'cancelled' | 'failed';
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  conflicts: number;
  /** Records a second. */
  rate: number;
  /** Seconds; null while nobody can tell. */
  eta_sec: number | null;
  /** Who started it, of those who work in the portal. */
  requested_by_name: string | null;
  created_at: string;
  finished_at: string | null;
}

/** What became of a run's records, as texts show it. */
export function outcomeOf({ created, updated, unchanged, failed }: Run) {
  return { created, updated, unchanged, failed };
}

export interface RunRequest {
  direction: Direction;
  kinds: readonly Kind[];
  dryRun?: boolean;
  /** Records that only Bitrix24 has become CRM records. */
  importNew?: boolean;
}

const address = '/api/integration/bitrix24';

export function startRun(api: Api, { direction, kinds, dryRun, importNew }: RunRequest): Promise<Run> {
  return api.post<Run>(`${address}/sync/${direction === 'to_bitrix' ? 'to' : 'from'}`, {
    sync_objects: kinds.includes('object'),
    sync_users: kinds.includes('user'),
    sync_contracts: kinds.includes('contract'),
    ...(dryRun && { dry_run: true }),
    ...(importNew && { import_new: true }),
  });
}

/** The run that was started last, or null when there was none. */
export async function readLastRun(api: Api, signal: AbortSignal): Promise<Run | null> {
  const { runs } = await api.get<{ runs: Run[] }>(`${address}/runs`, { limit: 1 }, signal);
  return runs[0] ?? null;
}

export const readRun = (api: Api, id: number) => api.get<Run>(`${address}/runs/${id}`);

/** The run each second until it has ended. */
export const streamRun = (api: Api, id: number, signal: AbortSignal) =>
  api.stream<Run>(`${address}/runs/${id}/stream`, signal);

export const cancelRun = (api: Api, id: number) => api.post<Run>(`${address}/runs/${id}/cancel`);
