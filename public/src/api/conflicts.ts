import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { Pagination } from './records.ts';

export type Side = 'crm' | 'bitrix24';

export interface Conflict {
  id: number;
  entity: Kind;
  local_id: number;
  local_name: string | null;
  bitrix24_id: string;
  mapping_id: number | null;
  field: string;
  local_value: string | null;
  bitrix24_value: string | null;
  /** `none`: each side has kept its own. */
  winner: Side | 'none';
  policy: 'latest' | 'crm' | 'bitrix24' | 'fill_only' | 'ask';
  state: 'open' | 'resolved';
  /** A person is asked: the field rests on both sides. */
  standing: boolean;
  decision: Side | null;
  decided_by: string | null;
  decided_by_name: string | null;
  decision_id: number | null;
  local_changed_at: string | null;
  bitrix24_changed_at: string | null;
  bitrix24_changed_by: string | null;
  bitrix24_changed_by_name: string | null;
  created_at: string;
  resolved_at: string | null;
}

/** Conflicts that are alike. */
export interface ConflictGroup {
  local_type: Kind;
  field: string;
  winner: Side | 'none';
  standing: boolean;
  count: number;
}

/** What conflicts are narrowed by; what is undefined narrows nothing. */
export interface ConflictFilter {
  local_type?: string | undefined;
  field?: string | undefined;
  winner?: string | undefined;
  standing?: boolean | undefined;
  until?: string | undefined;
  q?: string | undefined;
  ids?: number[] | undefined;
}

export interface Decided {
  decision_id: number | null;
  decided: number;
  left: { id: number; reason: string }[];
  more: boolean;
}

const address = '/api/integration/bitrix24/conflicts';

export function listConflicts(
  api: Api,
  query: Omit<ConflictFilter, 'ids'> & { page: number; state: 'open' | 'resolved' },
  signal: AbortSignal,
) {
  return api.get<{ conflicts: Conflict[]; pagination: Pagination }>(address, { ...query, limit: 20 }, signal);
}

export async function listConflictGroups(api: Api, signal: AbortSignal): Promise<ConflictGroup[]> {
  return (await api.get<{ groups: ConflictGroup[] }>(`${address}/groups`, {}, signal)).groups;
}

export async function countOpenConflicts(api: Api, signal: AbortSignal): Promise<number> {
  const { pagination } = await api.get<{ pagination: Pagination }>(address, { state: 'open', limit: 1 }, signal);
  return pagination.total;
}

export const resolveConflict = (api: Api, id: number, keep: Side) =>
  api.post<Conflict>(`${address}/${id}/resolve`, { keep });

/** Refused where there are other than `count` conflicts by now. */
export const resolveConflicts = (api: Api, filter: ConflictFilter, keep: Side, count: number) =>
  api.post<Decided>(`${address}/resolve`, { ...filter, keep, count });

export const undoDecision = (api: Api, id: number) =>
  api.post<{ undone: number; left: { id: number; reason: string }[] }>(`${address}/decisions/${id}/undo`);
