import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

export interface FailedRecord {
  id: number;
  operation: string;
  local_type: Kind | null;
  local_id: number | null;
  bitrix24_type: string | null;
  external_id: string | null;
  code: string;
  message: string;
  attempts: number;
  next_retry_at: string | null;
  status: 'pending' | 'failed' | 'resolved';
  updated_at: string;
}

export interface ListedError extends FailedRecord {
  local_name: string | null;
}

export interface ErrorGroup {
  code: string;
  kind: 'auth' | 'network' | 'validation' | 'limit' | 'conflict' | 'gone';
  count: number;
  failed: number;
  pending: number;
  message: string;
  advice: string | null;
  last_at: string;
}

const address = '/api/integration/errors';

export async function listGroups(api: Api, signal: AbortSignal): Promise<ErrorGroup[]> {
  return (await api.get<{ groups: ErrorGroup[] }>(`${address}/groups`, {}, signal)).groups;
}

/** Open errors of one cause. */
export async function listErrors(api: Api, code: string, page: number, signal: AbortSignal) {
  const [failed, pending] = await Promise.all(
    ['failed', 'pending'].map((status) =>
      api.get<{ items: ListedError[]; total_pages: number }>(address, { code, status, page, limit: 20 }, signal),
    ),
  );
  const totalPages = Math.max(failed?.total_pages ?? 0, pending?.total_pages ?? 0);
  return { items: [...(failed?.items ?? []), ...(pending?.items ?? [])], totalPages };
}

export const retryError = (api: Api, id: number) => api.post(`${address}/${id}/retry`);
export const resolveError = (api: Api, id: number) => api.post(`${address}/${id}/resolve`);
export const retryCause = (api: Api, code: string) => api.post<{ retried: number }>(`${address}/retry-all`, { code });
