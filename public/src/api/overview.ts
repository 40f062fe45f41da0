import type { Api } from './client.ts';
import { ApiError } from './error.ts';
import type { Kind } from './kinds.ts';
import type { Pauses } from './pauses.ts';
import type { RecordCounts } from './records.ts';

/** An open failure of more than one record; its texts are in the page's language. */
export interface Fault {
  scope: 'kind' | 'method' | 'search' | 'connection';
  /** The kind, the method or the search; empty for the connection. */
  subject: string;
  text: string;
  advice: string | null;
  since: string;
  /** Null: a person has to mend something first. */
  next_try_at: string | null;
  waits: { text: string; count: number };
}

export interface Health {
  /** `degraded`: a part waits. `paused`: a person paused everything. `down`: nothing is synchronised. */
  status: 'healthy' | 'degraded' | 'paused' | 'down';
  timestamp: string;
  /** Why nothing is synchronised, in the page's language. */
  error?: string;
  code?: string;
  /** The queue is late. */
  reason?: { code: string; text: string; since: string };
  faults: Fault[];
  /** What rests because a person paused it; absent for those who see their card only. */
  paused?: Pauses;
  /** Every change up to then is applied; null: nothing can be said yet. */
  complete_until: string | null;
  connection: {
    kind: 'webhook' | 'installation';
    portal: string;
    state: 'active' | 'suspended';
    paused_until: string | null;
    pause_reason: string | null;
  } | null;
  queue: { depth: number; due: number; oldest_at: string | null };
  last_event_at: string | null;
}

/** The fault of a portal that did not answer: it is asked again at a moment that is known. Null when that is not what is wrong. */
export function findOutage({ connection, faults }: Health): Fault | null {
  if (connection?.state !== 'active') return null;
  return faults.find(({ scope, next_try_at }) => scope === 'connection' && next_try_at !== null) ?? null;
}

export interface Stats {
  mappings: {
    total_mappings: number;
    object_mappings: number;
    user_mappings: number;
    contract_mappings: number;
    last_sync_time: string | null;
  };
  /** Errors that wait for a person, and those that are tried again by themselves. */
  errors_failed: number;
  errors_retrying: number;
  /** The run under way. */
  running: { id: number; done: number; total: number } | null;
  records: RecordCounts & { by_kind: Record<Kind, RecordCounts> };
  /** Deletions that wait for a person. */
  held: number;
  /** Records that wait for a person to say which Bitrix24 record they are. */
  matches_waiting: number;
  sync: { lag_sec: number; faults: number; complete_until: string | null };
}

export interface HourlyCount {
  hour: string;
  synchronised: number;
  failed: number;
}

export interface LimitUsage {
  portal: string | null;
  requests?: { used: number; size: number; per_second: number; share: number; blocked_until: string | null };
  methods?: { method: string; used_sec: number; budget_sec: number; share: number; blocked_until: string | null }[];
}

const address = '/api/integration/bitrix24';

/** The connection, asked of the portal itself if `live`. The answer of a connection that is down is an answer, not a failure. */
export async function readHealth(api: Api, live: boolean, signal: AbortSignal): Promise<Health> {
  try {
    return await api.get<Health>(`${address}/health`, { live: String(live) }, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 503 && error.data) return error.data as Health;
    throw error;
  }
}

export const readStats = (api: Api, signal: AbortSignal) => api.get<Stats>(`${address}/stats`, {}, signal);

export async function readHours(api: Api, signal: AbortSignal): Promise<HourlyCount[]> {
  return (await api.get<{ hours: HourlyCount[] }>(`${address}/stats/hours`, {}, signal)).hours;
}

export const readLimits = (api: Api, signal: AbortSignal) => api.get<LimitUsage>(`${address}/limits`, {}, signal);
