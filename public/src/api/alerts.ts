import type { Cause } from '../../../app/alerts/causes.ts';
import type { Api } from './client.ts';
import type { Pagination } from './records.ts';

export type { Cause };

export const channels = ['bitrix24', 'email', 'webhook'] as const;
export type Channel = (typeof channels)[number];

export const deliveryStates = ['waiting', 'sent', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Whether a cause is told; its threshold is under the name of its unit. */
export interface CauseRule {
  on: boolean;
  minutes?: number;
  count?: number;
  days?: number;
  hours?: number;
}

export interface AlertSettings {
  on: boolean;
  language: 'ru' | 'en';
  causes: Record<Cause, CauseRule>;
  channels: {
    bitrix24: { on: boolean; user_ids: number[] };
    email: { on: boolean; addresses: string[] };
    webhook: { on: boolean; url: string | null };
  };
  quiet_minutes: number;
  /** By the portal's clock; null: no summary. */
  digest_hour: number | null;
}

/** The view of the application on which something is mended. */
export type MendingView = 'overview' | 'records' | 'conflicts' | 'errors' | 'settings';

/** Something that is wrong now. */
export interface OpenAlert {
  cause: Cause;
  subject: string;
  since: string;
  what: string;
  advice: string;
  view: MendingView;
}

export interface Alerts extends AlertSettings {
  /** Changes with every change of the settings; null while none are stored. */
  version: string | null;
  webhook_secret_set: boolean;
  /** The server has a mail server. */
  mail_available: boolean;
  open: OpenAlert[];
}

export interface TrialResult {
  channel: Channel;
  recipient: string;
  ok: boolean;
  /** What the channel said. */
  answer: string;
}

export interface Delivery {
  id: number;
  event: 'begin' | 'recovery' | 'digest' | 'test';
  cause: Cause | null;
  channel: Channel;
  recipient: string;
  subject: string;
  state: DeliveryState;
  attempts: number;
  created_at: string;
  sent_at: string | null;
  next_attempt_at: string | null;
  /** Null for a summary and a trial. */
  view: MendingView | null;
  answer: string | null;
}

const address = '/api/integration/bitrix24/alerts';

export const readAlerts = (api: Api, signal?: AbortSignal) => api.get<Alerts>(address, {}, signal);

/** Replaces the settings. Throws `alerts_changed` when another version stands. A new signing secret is told in this answer alone. */
export const saveAlerts = (
  api: Api,
  settings: AlertSettings & { version: string | null; new_webhook_secret?: boolean },
) => api.put<Alerts & { webhook_secret?: string }>(address, settings);

export async function tryAlerts(api: Api): Promise<TrialResult[]> {
  return (await api.post<{ results: TrialResult[] }>(`${address}/test`)).results;
}

export interface DeliveryFilter {
  page: number;
  channel: string;
  state: string;
}

export function listDeliveries(api: Api, filter: DeliveryFilter, signal: AbortSignal) {
  const query = { ...filter, limit: 20 };
  return api.get<{ items: Delivery[]; pagination: Pagination }>(`${address}/deliveries`, query, signal);
}
