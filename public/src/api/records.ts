import type { Api } from './client.ts';
import type { FailedRecord } from './errors.ts';
import type { CardType, Kind } from './kinds.ts';

export interface Pagination {
  page: number;
  limit: number;
  total: number;
  total_pages: number;
}

export type MappingState = 'linked' | 'excluded' | 'unlinked' | 'orphaned';

export interface Mapping {
  id: number;
  local_type: Kind;
  local_id: number;
  local_name: string | null;
  bitrix24_type: CardType;
  bitrix24_id: string;
  last_sync_at: string | null;
  state: MappingState;
  /** It rests because a person paused it, its kind, or everything. */
  paused: boolean;
}

export interface RecordFilter {
  page: number;
  local_type: Kind | undefined;
  state: MappingState | undefined;
  q: string;
}

export interface PairField {
  key: string;
  owner: 'both' | 'crm' | 'bitrix24';
  crm: { value: string | null; shadow: string | null };
  bitrix24: { value: string | null; shadow: string | null };
  equal: boolean;
}

export interface HistoryLine {
  id: number;
  /** Ids are unique within each. */
  source: 'sync' | 'visitor';
  direction: string;
  operation: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  /** Who of those who work in the portal did or decided it. */
  actor_name: string | null;
  created_at: string;
}

export interface Pair {
  mapping: Mapping;
  fields: PairField[];
  local_present: boolean;
  bitrix24_present: boolean;
  /** Why the portal could not be asked. */
  bitrix24_error: { code: string; error: string } | null;
  log: HistoryLine[];
  errors: FailedRecord[];
  conflicts: { id: number; field: string }[];
}

const address = '/api/integration/bitrix24';

export function listRecords(api: Api, filter: RecordFilter, signal: AbortSignal) {
  return api.get<{ mappings: Mapping[]; pagination: Pagination }>(`${address}/mappings`, { ...filter }, signal);
}

export const readPair = (api: Api, id: number, signal: AbortSignal) =>
  api.get<Pair>(`${address}/mappings/${id}`, {}, signal);

export function readHistory(api: Api, id: number, page: number) {
  const query = { page, limit: 20 };
  return api.get<{ lines: HistoryLine[]; pagination: Pagination }>(`${address}/mappings/${id}/history`, query);
}

/** Takes the link away; both records stay as they are. */
export const unlinkPair = (api: Api, id: number) => api.delete<{ id: number }>(`${address}/mappings/${id}`);

/** The CRM record itself, every column of it. */
export const readCrmRecord = (api: Api, kind: Kind, id: number) =>
  api.get<Record<string, unknown>>(`/api/${kind}s/${id}`);
