import type { Api } from './client.ts';
import type { FailedRecord } from './errors.ts';
import type { CardType, Kind } from './kinds.ts';
import type { Mapping } from './records.ts';

export interface CardState {
  local_type: Kind;
  mapping: Mapping | null;
  /** Nothing of the pair waits and no error is open. */
  done: boolean;
  error: FailedRecord | null;
}

export interface Candidate {
  id: number;
  name: string;
  detail: string | null;
}

const addressOf = (type: CardType, id: number | string) => `/api/integration/bitrix24/cards/${type}/${id}`;

export const readCard = (api: Api, type: CardType, id: number, signal: AbortSignal) =>
  api.get<CardState>(addressOf(type, id), {}, signal);

export async function findCandidates(api: Api, type: CardType, id: number, q: string, signal: AbortSignal) {
  const { items } = await api.get<{ items: Candidate[] }>(`${addressOf(type, id)}/candidates`, { q }, signal);
  return items;
}

export const linkCard = (api: Api, type: CardType, id: number, localId: number) =>
  api.post<CardState>(`${addressOf(type, id)}/link`, { local_id: localId });

export const createFromCard = (api: Api, type: CardType, id: number) =>
  api.post<CardState>(`${addressOf(type, id)}/create`);

/** Waits ten seconds at the longest; `done` tells whether that was enough. */
export const syncCard = (api: Api, type: CardType, id: number | string) =>
  api.post<CardState>(`${addressOf(type, id)}/sync`);
