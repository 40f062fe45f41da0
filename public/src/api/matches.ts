import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { Pagination } from './records.ts';

export type Trait = 'email' | 'phone' | 'name' | 'inn' | 'kpp' | 'field';

/** A Bitrix24 record that may be the same as one of ours. */
export interface MatchCandidate {
  id: number;
  title: string | null;
  email: string | null;
  phone: string | null;
  inn: string | null;
  agrees: Trait[];
  contradicts: Trait[];
}

/** A record of ours that waits for a person to say which Bitrix24 record it is. */
export interface Match {
  id: number;
  local_type: Kind;
  local_id: number;
  local_name: string | null;
  local_email: string | null;
  local_phone: string | null;
  local_inn: string | null;
  reason: 'several' | 'contradicts' | 'uncertain';
  candidates: MatchCandidate[];
  since: string;
}

const address = '/api/integration/bitrix24/matches';

export const listMatches = (api: Api, page: number, signal: AbortSignal) =>
  api.get<{ matches: Match[]; pagination: Pagination }>(address, { page, limit: 10 }, signal);

export const linkMatch = (api: Api, id: number, bitrix24Id: number) =>
  api.post<Match>(`${address}/${id}`, { action: 'link', bitrix24_id: bitrix24Id });

export const decideMatch = (api: Api, id: number, action: 'create' | 'ignore') =>
  api.post<Match>(`${address}/${id}`, { action });
