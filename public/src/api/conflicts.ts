import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { Pagination } from './records.ts';

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
  winner: 'crm' | 'bitrix24' | 'none';
  policy: 'latest' | 'crm' | 'bitrix24' | 'fill_only';
  state: 'open' | 'resolved';
  created_at: string;
  resolved_at: string | null;
}

const address = '/api/integration/bitrix24/conflicts';

export function listConflicts(api: Api, query: { page: number; state: 'open' | 'resolved' }, signal: AbortSignal) {
  return api.get<{ conflicts: Conflict[]; pagination: Pagination }>(address, { ...query, limit: 10 }, signal);
}

export async function countOpenConflicts(api: Api, signal: AbortSignal): Promise<number> {
  const { pagination } = await api.get<{ pagination: Pagination }>(address, { state: 'open', limit: 1 }, signal);
  return pagination.total;
}

export const resolveConflict = (api: Api, id: number, keep: 'crm' | 'bitrix24') =>
  api.post<Conflict>(`${address}/${id}/resolve`, { keep });
