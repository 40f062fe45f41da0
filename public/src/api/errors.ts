import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

export interface FailedRecord {
  id: number;
  operation: string;
  local_type: Kind | null;
  local_id: number | null;
  bitrix24_type: 'deal' | 'contact' | 'company' | null;
  external_id: string | null;
  code: string;
  message: string;
  attempts: number;
  next_retry_at: string | null;
  status: 'pending' | 'failed' | 'resolved';
  updated_at: string;
}

export const issueStates = ['open', 'retrying', 'later', 'closed'] as const;
export type IssueState = (typeof issueStates)[number];

export interface Issue extends FailedRecord {
  state: IssueState;
  cause: string;
  local_name: string | null;
  bitrix24_id: string | null;
  mapping_id: number | null;
  field: string | null;
  value: string | null;
  /** The message without the advice. */
  reason: string;
  advice: string | null;
  created_at: string;
  snoozed_until: string | null;
  resolved_at: string | null;
  resolved_by: string | null;
  resolved_by_name: string | null;
  closed_as: 'closed' | 'excluded' | null;
}

export interface Cause {
  cause: string;
  code: string;
  kind: 'auth' | 'network' | 'validation' | 'limit' | 'conflict' | 'gone';
  count: number;
  last_day: number;
  day_before: number;
  /** What happened, without what belongs to one record. */
  title: string;
  advice: string | null;
  first_at: string;
  last_at: string;
}

/** What a list of errors is narrowed by; an empty text narrows nothing. */
export interface IssueFilter {
  state: IssueState;
  cause: string;
  local_type: string;
  q: string;
}

export interface Retry {
  id: number;
  created_at: string;
  total: number;
  mended: number;
  closed: number;
  failed: number;
  waiting: number;
  /** Why they failed again; only where one retry is asked for. */
  causes?: { cause: string; code: string; title: string; count: number }[];
}

/** Errors that are decided at once: named ones, or all that a filter shows. */
export type Chosen = { ids: number[] } | Partial<IssueFilter>;

const address = '/api/integration/errors';

export function listIssues(api: Api, filter: IssueFilter & { page: number }, signal: AbortSignal) {
  return api.get<{ items: Issue[]; total: number; total_pages: number }>(address, { ...filter }, signal);
}

export function listCauses(api: Api, state: IssueState, signal: AbortSignal) {
  return api.get<{ groups: Cause[]; counts: Record<IssueState, number> }>(`${address}/groups`, { state }, signal);
}

export const downloadIssues = (api: Api, filter: IssueFilter) => api.file(address, { ...filter, format: 'csv' });

export async function listRetries(api: Api, signal: AbortSignal): Promise<Retry[]> {
  return (await api.get<{ retries: Retry[] }>(`${address}/retries`, {}, signal)).retries;
}

export const readRetry = (api: Api, id: number, signal: AbortSignal) =>
  api.get<Retry>(`${address}/retries/${id}`, {}, signal);

export const retryIssue = (api: Api, id: number) => api.post<{ retry_id: number | null }>(`${address}/${id}/retry`);
export const retryIssues = (api: Api, chosen: Chosen) =>
  api.post<{ retried: number; retry_id: number | null }>(`${address}/retry-all`, chosen);
export const closeIssues = (api: Api, chosen: Chosen) =>
  api.post<{ closed: number; ids: number[] }>(`${address}/resolve-all`, chosen);
export const excludeIssues = (api: Api, chosen: Chosen) =>
  api.post<{ excluded: number; ids: number[]; skipped: number }>(`${address}/exclude`, chosen);
export const reopenIssues = (api: Api, ids: number[]) => api.post<{ reopened: number }>(`${address}/reopen`, { ids });
export const snoozeIssues = (api: Api, chosen: Chosen, until: string | null) =>
  api.post<{ snoozed: number }>(`${address}/snooze`, { ...chosen, until });
