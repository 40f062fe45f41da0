import type { Api } from './client.ts';
import type { CardType, Kind } from './kinds.ts';

/** A record of Bitrix24 that stands for none of the CRM. */
export interface PortalOnlyRecord {
  local_type: Kind;
  bitrix24_type: CardType;
  bitrix24_id: string;
  name: string | null;
  /** E-mail and phone; of a deal nothing. */
  detail: string | null;
  created_at: string | null;
  changed_at: string;
  /** It is queued: its CRM record may be made in a moment. */
  waiting: boolean;
  error: { id: number; code: string; message: string; status: 'pending' | 'failed' } | null;
}

export interface PortalOnlyFilter {
  local_type: Kind;
  q: string;
  /** Empty: from the beginning. */
  cursor: string;
}

/** One answer may hold few rows, or none, while the list goes on. */
export interface PortalOnlyPage {
  records: PortalOnlyRecord[];
  next_cursor: string | null;
  looked_at: number;
}

const address = '/api/integration/bitrix24/records';

export const listPortalOnly = (api: Api, filter: PortalOnlyFilter, signal: AbortSignal) =>
  api.get<PortalOnlyPage>(`${address}/bitrix24-only`, { ...filter }, signal);

/** Queues records of one kind to get a CRM record each; up to a hundred. */
export const createFromPortal = (api: Api, kind: Kind, ids: number[]) =>
  api.post<{ done: number; left: { bitrix24_id: string; code: string; error: string }[] }>(`${address}/create`, {
    local_type: kind,
    bitrix24_ids: ids,
  });
