import { type Api, cardsAddress } from './client.ts';
import type { Pagination } from './records.ts';

/** A task of the portal that was made with the object behind a deal. */
export interface Task {
  id: number;
  title: string;
  status: string;
  status_text: string;
  deadline: string | null;
  responsible: { id: number; name: string | null };
  /** Its page in the portal; null while it has none. */
  url: string | null;
  /** Why the portal's task was not made, or not read lately. */
  error: { code: string; error: string } | null;
}

export interface NewTask {
  title: string;
  description: string | null;
  /** RFC 3339. */
  deadline: string | null;
  /** Absent: who is responsible for the deal. */
  responsible_id?: number;
}

export interface People {
  items: { id: number; name: string }[];
  /** Why the portal does not show its people. */
  unread: { code: string; message: string } | null;
}

const addressOf = (dealId: number) => `${cardsAddress}deal/${dealId}`;

export const listTasks = (api: Api, dealId: number, signal: AbortSignal) =>
  api.get<{ items: Task[]; pagination: Pagination }>(`${addressOf(dealId)}/tasks`, { limit: 10 }, signal);

export const addTask = (api: Api, dealId: number, task: NewTask) => api.post<Task>(`${addressOf(dealId)}/tasks`, task);

export const findPeople = (api: Api, dealId: number, signal: AbortSignal) =>
  api.get<People>(`${addressOf(dealId)}/people`, {}, signal);
