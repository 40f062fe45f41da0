import type { Api } from './client.ts';
import { ApiError } from './error.ts';

export interface Health {
  healthy: boolean;
  timestamp: string;
  /** Why not, in the page's language. */
  error?: string;
  code?: string;
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

/** The portal did not answer, and is asked again at a moment that is known. */
export function isPaused({ connection }: Health): boolean {
  return connection !== null && connection.paused_until !== null && Date.parse(connection.paused_until) > Date.now();
}

export interface Stats {
  mappings: {
    total_mappings: number;
    object_mappings: number;
    user_mappings: number;
    contract_mappings: number;
    last_sync_time: string | null;
  };
  errors_count: number;
  sync: { lag_sec: number };
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

/** The connection, asked of the portal itself if `live`. An unhealthy answer is an answer, not a failure. */
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
