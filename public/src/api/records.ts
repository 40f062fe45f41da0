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

/** What a record is in, one of them at a time. */
export const recordStates = [
  'in_step',
  'failing',
  'conflict',
  'waiting',
  'paused',
  'excluded',
  'orphaned',
  'not_linked',
] as const;
export type RecordState = (typeof recordStates)[number];

/** On both sides, or on one alone. */
export const recordLinks = ['linked', 'crm_only', 'bitrix24_only'] as const;
export type RecordLink = (typeof recordLinks)[number];

export interface RecordCounts {
  total: number;
  states: Record<RecordState, number>;
  links: Record<RecordLink, number>;
}

/** A record of the CRM, linked or not, or one of Bitrix24 that an error tells of. */
export interface ListedRecord {
  local_type: Kind;
  local_id: number | null;
  local_name: string | null;
  /** IMEI, e-mail and phone, or INN. */
  detail: string | null;
  bitrix24_type: CardType;
  bitrix24_id: string | null;
  mapping_id: number | null;
  state: RecordState;
  link: RecordLink;
  paused: boolean;
  changed_at: string;
  last_sync_at: string | null;
  conflicts: number;
  error: {
    id: number;
    message: string;
    status: 'pending' | 'failed';
    next_retry_at: string | null;
    attempts: number;
  } | null;
  waits: { since: string; until: string; for: string | null } | null;
}

export interface RecordFilter {
  page: number;
  local_type: Kind | undefined;
  state: RecordState | undefined;
  link: RecordLink | undefined;
  q: string;
  sort: string;
  order: 'asc' | 'desc';
}

export type RecordAction = 'sync' | 'pause' | 'resume' | 'unlink' | 'recreate';

/** What became of several records: how many it was done with, and why not with the others. */
export interface ActedRecords {
  done: number;
  left: { local_type: Kind; local_id: number; code: string; error: string }[];
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
  cause: 'person' | 'run' | 'undo' | 'sweep' | 'portal' | 'crm' | 'sync';
  /** Who changed the record in the portal, by the portal's id; null where that is not told. */
  portal_user: number | null;
  portal_user_name: string | null;
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
  /** What people call the portal's companies that the fields and the history speak of, by their ids. */
  company_names: CompanyNames;
}

export type CompanyNames = Readonly<Record<string, string>>;

const address = '/api/integration/bitrix24';

/** The newest linked pair of a kind, or null. */
export async function findLinked(api: Api, kind: Kind, signal: AbortSignal): Promise<Mapping | null> {
  const query = { local_type: kind, state: 'linked', limit: 1 };
  const { mappings } = await api.get<{ mappings: Mapping[] }>(`${address}/mappings`, query, signal);
  return mappings[0] ?? null;
}

export function listRecords(api: Api, filter: RecordFilter, signal: AbortSignal) {
  return api.get<{ records: ListedRecord[]; counts: RecordCounts; pagination: Pagination }>(
    `${address}/records`,
    { ...filter },
    signal,
  );
}

export const actOnRecords = (api: Api, action: RecordAction, records: { local_type: Kind; local_id: number }[]) =>
  api.post<ActedRecords>(`${address}/records/${action}`, { records });

export const readPair = (api: Api, id: number, signal: AbortSignal) =>
  api.get<Pair>(`${address}/mappings/${id}`, {}, signal);

export function readHistory(api: Api, id: number, page: number) {
  const query = { page, limit: 20 };
  return api.get<{ lines: HistoryLine[]; company_names: CompanyNames; pagination: Pagination }>(
    `${address}/mappings/${id}/history`,
    query,
  );
}

/** Takes the link away; both records stay as they are. */
export const unlinkPair = (api: Api, id: number) => api.delete<{ id: number }>(`${address}/mappings/${id}`);

/** The CRM record itself, every column of it. */
export const readCrmRecord = (api: Api, kind: Kind, id: number) =>
  api.get<Record<string, unknown>>(`/api/${kind}s/${id}`);
