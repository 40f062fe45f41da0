import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { Pagination } from './records.ts';

/** A deletion that waits for a person. */
export interface Held {
  id: number;
  entity: Kind;
  local_id: number;
  bitrix24_id: string;
  mapping_id: number | null;
  action: 'delete_local' | 'delete_remote' | 'close_remote' | 'create_remote';
  name: string | null;
  since: string;
}

const address = '/api/integration/bitrix24/held';

export const listHeld = (api: Api, page: number, signal: AbortSignal) =>
  api.get<{ held: Held[]; pagination: Pagination }>(address, { page, limit: 10 }, signal);

export const confirmHeld = (api: Api, id: number) => api.post<Held>(`${address}/${id}/confirm`);
export const restoreHeld = (api: Api, id: number) => api.post<Held>(`${address}/${id}/restore`);
export const confirmAllHeld = (api: Api) => api.post<{ confirmed: number }>(`${address}/confirm`);
export const restoreAllHeld = (api: Api) =>
  api.post<{ restored: number; failed: { id: number; error: string }[] }>(`${address}/restore`);
