import type { Api } from './client.ts';

export type RequestOutcome = 'ok' | 'partly' | 'refused' | 'unanswered';

export interface PortalRequest {
  id: number;
  sent_at: string;
  method: string;
  /** Methods of the commands of a batch. */
  methods: string[];
  outcome: RequestOutcome;
  code: string | null;
  duration_ms: number;
  command_count: number | null;
}

export interface WholeRequest extends PortalRequest {
  request: string;
  response: string;
}

/** What is looked for; an absent field is not asked for. */
export interface RequestFilter {
  bitrix24_type?: 'deal' | 'contact' | 'company';
  bitrix24_id?: number;
  method?: string;
  outcome?: RequestOutcome;
}

const address = '/api/integration/bitrix24/requests';

export async function listRequests(api: Api, filter: RequestFilter, page: number, signal: AbortSignal) {
  type List = { items: PortalRequest[]; pagination: { total_pages: number } };
  const { items, pagination } = await api.get<List>(address, { ...filter, page, limit: 20 }, signal);
  return { items, totalPages: pagination.total_pages };
}

export const readRequest = (api: Api, id: number, signal: AbortSignal) =>
  api.get<WholeRequest>(`${address}/${id}`, {}, signal);
