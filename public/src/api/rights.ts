import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

/** What the portal lets the connection do, as it says now. */
export interface Rights {
  /** Codes of permissions. */
  granted: string[];
  /** Kinds that may not be read, each with a sentence for people. */
  unreadable: { kind: Kind; code: string; message: string }[];
}

export const lookAtRights = (api: Api) => api.post<Rights>('/api/integration/bitrix24/rights');

export const readCompanyName = async (api: Api, signal: AbortSignal): Promise<string> =>
  (await api.get<{ name: string }>('/api/company', {}, signal)).name;
