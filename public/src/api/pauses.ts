import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

/** Since when something rests, and who paused it. */
export interface Pause {
  since: string;
  by: string;
  by_name: string | null;
}

/** What rests because a person paused it. */
export interface Pauses {
  tenant: Pause | null;
  kinds: (Pause & { kind: Kind })[];
  /** How many single records do. */
  records: number;
}

const address = '/api/integration/bitrix24';
/** Null: everything. */
const bodyOf = (kind: Kind | null) => (kind === null ? {} : { kind });

export const pause = (api: Api, kind: Kind | null) => api.post<{ paused: Pauses }>(`${address}/pause`, bodyOf(kind));
export const resume = (api: Api, kind: Kind | null) => api.post<{ paused: Pauses }>(`${address}/resume`, bodyOf(kind));

/** The same for one pair, by its mapping. */
export const pausePair = (api: Api, id: number) => api.post(`${address}/mappings/${id}/pause`, {});
export const resumePair = (api: Api, id: number) => api.post(`${address}/mappings/${id}/resume`, {});
