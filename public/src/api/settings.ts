import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

type PerKind<Value> = Record<Kind, Value>;

export type SyncDirection = 'to_bitrix' | 'from_bitrix' | 'bidirectional';
export type Policy = 'latest' | 'crm' | 'bitrix24' | 'ask';
export type Owner = 'both' | 'crm' | 'bitrix24';

/** Which CRM value is which value of a list; `return` marks the way back where several lead to one. */
export interface ListedValue {
  crm: string;
  bitrix24: string;
  return?: boolean;
}

/** What becomes of a value without a counterpart: an error of the field, both sides stay, or another value. */
export type Unmapped = 'error' | 'keep' | { default: string };

/** A pair of the company's own: a CRM column and a field of the portal. */
export interface CustomPair {
  local: string;
  bitrix24: string;
  owner: Owner;
  direction?: 'both' | 'to_bitrix' | 'from_bitrix';
  conversion?: string;
  values?: ListedValue[];
  unmapped?: { to_bitrix?: Unmapped; from_bitrix?: Unmapped };
  first_link?: 'fill_only' | 'crm' | 'bitrix24';
}

/** What differs from the pairs that every company has. */
export interface FieldMapChoice {
  disabled?: string[];
  owners?: Record<string, Owner>;
  policies?: Record<string, Policy>;
  custom?: CustomPair[];
}

export type MatchKey = 'email' | 'phone_and_name' | 'phone' | 'inn' | 'name_and_email' | 'name_and_phone' | 'field';

/** A key by which records are recognised, and what is done with the one that it finds. */
export interface KeyRule {
  key: MatchKey;
  action: 'link' | 'ask' | 'create';
}

export interface MatchingChoice {
  keys?: KeyRule[];
  /** Objects only: the field of deals that holds the value of `column`. */
  field?: string;
  column?: 'imei' | 'serial_number' | 'phone_number' | 'name';
}

/** What of a kind takes part: fields of a rule that are absent take all. */
export interface KindScope {
  crm?: Record<string, unknown>;
  bitrix24?: Record<string, unknown>;
  /** What becomes of linked records that leave. */
  on_leave?: 'rest' | 'unlink';
}

/** Where a new record goes in the portal. */
export interface PlaceChoice {
  category_id?: number;
  stage_id?: string;
  responsible_id?: number;
  source_id?: string;
  type_id?: string;
  company_type?: string;
  silent?: boolean;
}

export interface Placement {
  object: { default?: PlaceChoice; by_type?: Record<string, PlaceChoice> };
  user: PlaceChoice;
  contract: PlaceChoice;
}

export interface Settings {
  directions: PerKind<SyncDirection>;
  policies: PerKind<Policy>;
  automatic: PerKind<boolean>;
  import_new: PerKind<boolean>;
  on_local_delete: PerKind<'keep' | 'close' | 'delete'>;
  on_bitrix24_delete: PerKind<'keep' | 'recreate' | 'delete'>;
  field_map: PerKind<FieldMapChoice>;
  matching: PerKind<MatchingChoice>;
  first_link: PerKind<'fill_only' | 'crm' | 'bitrix24'>;
  scope: PerKind<KindScope>;
  placement: Placement;
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
  /** What the card of the company's own application needs: its handler and its page of installation; null likewise. */
  app_url: string | null;
  install_url: string | null;
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

/** The settings that count, with their version, and what is not understood of those that are stored. */
export interface Versioned {
  settings: Settings;
  version: number;
  problems: SettingsProblem[];
}

type Answered = Settings & { problems: SettingsProblem[]; version: number };

export function versionedOf({ problems, version, ...settings }: Answered): Versioned {
  return { settings, version, problems };
}

export const readSettings = async (api: Api, signal?: AbortSignal): Promise<Versioned> =>
  versionedOf(await api.get<Answered>(`${address}/settings`, {}, signal));

/** Changes what is named and nothing else. Throws `settings_changed` when another version stands than that one. */
export const patchSettings = async (api: Api, patch: object, version: number): Promise<Versioned> =>
  versionedOf(await api.patch<Answered>(`${address}/settings`, patch, version));

export const readSetup = (api: Api, signal: AbortSignal) => api.get<Setup>(`${address}/setup`, {}, signal);
export const changeSetup = (api: Api, change: SetupChange) => api.post<Setup>(`${address}/setup`, change);
