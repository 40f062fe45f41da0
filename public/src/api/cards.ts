import { type Api, cardsAddress } from './client.ts';
import type { FailedRecord } from './errors.ts';
import type { CardType, Kind } from './kinds.ts';
import type { Mapping, Pair } from './records.ts';

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

/** A pair with what a manager wants to know of the CRM record. */
export interface CardPair extends Pair {
  record: Record<string, unknown> | null;
  /** The object's contract; its client is left out for those who see cards only. */
  contract: Record<string, unknown> | null;
}

const addressOf = (type: CardType, id: number | string) => `${cardsAddress}${type}/${id}`;

export const readCard = (api: Api, type: CardType, id: number, signal: AbortSignal) =>
  api.get<CardState>(addressOf(type, id), {}, signal);

export const readCardPair = (api: Api, { bitrix24_type: type, bitrix24_id: id }: Mapping, signal: AbortSignal) =>
  api.get<CardPair>(`${addressOf(type, id)}/pair`, {}, signal);

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
