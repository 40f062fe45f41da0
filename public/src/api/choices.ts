import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

export interface NamedOption {
  id: string;
  name: string;
}

/** What the portal offers to choose from. A part that it does not show is null and told under `unread`. */
export interface PortalLists {
  funnels: { id: number; name: string; stages: NamedOption[] }[] | null;
  users: { id: number; name: string; email: string | null }[] | null;
  sources: NamedOption[] | null;
  contact_types: NamedOption[] | null;
  company_types: NamedOption[] | null;
  unread: { part: string; message: string }[];
}

export interface CrmValue {
  value: string;
  count: number;
}

/** What the CRM records have, the most frequent first. */
export interface CrmValues {
  object: { type: CrmValue[]; status: CrmValue[] };
  user: { role: CrmValue[] };
  contract: { status: CrmValue[]; currency: CrmValue[] };
  contracts: ChosenContract[];
}

export interface ChosenContract {
  id: number;
  number: string;
  client_name: string | null;
}

/** What a scope takes in: `linked` are the pairs, with those that would leave or come back. */
export interface ScopeCount {
  crm: { inside: number; total: number };
  bitrix24: { inside: number };
  linked: { total: number; inside: number; leave: number; come_back: number; unknown: number };
}

const address = '/api/integration/bitrix24';

export const readLists = (api: Api, signal?: AbortSignal) => api.get<PortalLists>(`${address}/lists`, {}, signal);
export const readCrmValues = (api: Api, signal?: AbortSignal) =>
  api.get<CrmValues>(`${address}/crm-values`, {}, signal);
/** The first contracts whose number, title or client has the text, or those of `ids`. */
export async function findContracts(
  api: Api,
  wanted: { q?: string; ids?: readonly string[] },
  signal?: AbortSignal,
): Promise<ChosenContract[]> {
  const query = { ...(wanted.q && { q: wanted.q }), ...(wanted.ids && { ids: wanted.ids.join(',') }) };
  return (await api.get<{ contracts: ChosenContract[] }>(`${address}/crm-values/contracts`, query, signal)).contracts;
}
export const countScope = (api: Api, kind: Kind, scope: object) =>
  api.post<ScopeCount>(`${address}/scope/count`, { local_type: kind, ...scope });
