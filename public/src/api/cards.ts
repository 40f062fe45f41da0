import { type Api, cardsAddress } from './client.ts';
import type { Conflict } from './conflicts.ts';
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

/** An open conflict of a record behind a card. */
export interface CardConflict
  extends Pick<Conflict, 'id' | 'local_name' | 'field' | 'local_value' | 'bitrix24_value' | 'winner' | 'created_at'> {
  local_changed_at: string | null;
  bitrix24_changed_at: string | null;
  /** Who changed the record in the portal, by the portal's id; null where it does not tell. */
  bitrix24_changed_by: string | null;
  bitrix24_changed_by_name: string | null;
}

export interface CardVehicle {
  id: number;
  name: string;
  imei: string | null;
  deal_id: number | null;
}

export interface CardContract {
  id: number;
  number: string;
  title: string | null;
  status: string | null;
  start_date: string | null;
  end_date: string | null;
  object_count: number;
  /** The first of them; null for those who see cards only. */
  objects: CardVehicle[] | null;
}

/** A pair with what a manager wants to know of the CRM record. */
export interface CardPair extends Omit<Pair, 'conflicts'> {
  record: Record<string, unknown> | null;
  /** The object's contract; its client is left out for those who see cards only. */
  contract: Record<string, unknown> | null;
  /** All that stand behind a company; null for other cards. */
  contracts: CardContract[] | null;
  conflicts: CardConflict[];
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

/** In place of the record that the card is linked with. */
export const relinkCard = (api: Api, type: CardType, id: number, localId: number) =>
  api.post<CardState>(`${addressOf(type, id)}/relink`, { local_id: localId });

export const settleConflict = (
  api: Api,
  { bitrix24_type: type, bitrix24_id: id }: Mapping,
  conflict: number,
  keep: 'crm' | 'bitrix24',
) => api.post<unknown>(`${addressOf(type, id)}/conflicts/${conflict}/resolve`, { keep });

export const createFromCard = (api: Api, type: CardType, id: number) =>
  api.post<CardState>(`${addressOf(type, id)}/create`);

/** Waits ten seconds at the longest; `done` tells whether that was enough. */
export const syncCard = (api: Api, type: CardType, id: number | string) =>
  api.post<CardState>(`${addressOf(type, id)}/sync`);
