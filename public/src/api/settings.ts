import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

type PerKind<Value> = Record<Kind, Value>;

export type SyncDirection = 'to_bitrix' | 'from_bitrix' | 'bidirectional';
export type Policy = 'latest' | 'crm' | 'bitrix24';

export interface Settings {
  directions: PerKind<SyncDirection>;
  policies: PerKind<Policy>;
  automatic: PerKind<boolean>;
  import_new: PerKind<boolean>;
  on_local_delete: PerKind<'keep' | 'close' | 'delete'>;
  on_bitrix24_delete: PerKind<'keep' | 'recreate' | 'delete'>;
  field_map: PerKind<unknown>;
  matching: PerKind<unknown>;
  first_link: PerKind<'fill_only' | 'crm' | 'bitrix24'>;
  /** Where phone numbers are dialled without a country code; null: the country of the portal. */
  country: string | null;
  portal_access: PortalAccess;
}

/** What people who open the pages in the portal may see and do. */
export interface PortalAccess {
  employee: 'cards' | 'lists' | 'none';
  employee_edits: boolean;
  administrator: 'all' | 'lists' | 'cards' | 'none';
}

/** A stored value that is not understood: another one counts instead. */
export interface SettingsProblem {
  path: string;
  problem: string;
}

export interface Setup {
  connected: boolean;
  kind: 'webhook' | 'installation' | null;
  portal: string | null;
  outgoing_token_set: boolean;
  /** A newer token waits for its first event; until then the former one is taken too. */
  outgoing_token_waits: boolean;
  /** The application that connects the company, or whose keys it has stored; the secret is never told. */
  client_id: string | null;
  client_secret_set: boolean;
  /** Where the portal's outgoing webhook sends its events; null when the server does not know its public address. */
  events_url: string | null;
}

/** What is absent stays as it is; null clears it. */
export interface SetupChange {
  webhook_url?: string | null;
  client_id?: string | null;
  client_secret?: string | null;
  outgoing_token?: string | null;
  replace_portal?: boolean;
}

const address = '/api/integration/bitrix24';

/** The settings that count, apart from what is not understood of those that are stored. */
export async function readSettings(api: Api, signal: AbortSignal) {
  type Stored = Settings & { problems: SettingsProblem[]; version: number };
  const { problems, version: _, ...settings } = await api.get<Stored>(`${address}/settings`, {}, signal);
  return { settings, problems };
}
export const saveSettings = (api: Api, settings: Settings) => api.put<Settings>(`${address}/settings`, settings);
export const readSetup = (api: Api, signal: AbortSignal) => api.get<Setup>(`${address}/setup`, {}, signal);
export const changeSetup = (api: Api, change: SetupChange) => api.post<Setup>(`${address}/setup`, change);
