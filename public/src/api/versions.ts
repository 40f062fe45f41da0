import type { Api } from './client.ts';
import type { Pagination } from './records.ts';
import { type Settings, type Versioned, versionedOf } from './settings.ts';

/** One place of the settings, such as `directions.object`. */
export interface ChangedPath {
  path: string;
  before: unknown;
  after: unknown;
}

export interface SettingsVersion {
  number: number;
  /** Who saved it; null: another program, or no save yet. */
  author: string | null;
  author_name: string | null;
  created_at: string;
  note: string | null;
}

export interface ListedVersion extends SettingsVersion {
  changed: ChangedPath[];
}

/** Settings as a document for another company or server. */
export interface SettingsDocument {
  format: string;
  format_version: number;
  exported_at: string;
  settings: object;
}

const address = '/api/integration/bitrix24/settings';
type Answered = Parameters<typeof versionedOf>[0];

export const listVersions = (api: Api, page: number, signal: AbortSignal) =>
  api.get<{ versions: ListedVersion[]; pagination: Pagination }>(`${address}/versions`, { page, limit: 10 }, signal);

export const readVersion = (api: Api, number: number, signal?: AbortSignal) =>
  api.get<SettingsVersion & { settings: Partial<Settings> }>(`${address}/versions/${number}`, {}, signal);

export const restoreVersion = async (api: Api, number: number, present: number): Promise<Versioned> =>
  versionedOf(await api.post<Answered>(`${address}/versions/${number}/restore`, {}, present));

export const exportSettings = (api: Api) => api.get<SettingsDocument>(`${address}/export`);

/** The document of this release that holds these settings. */
export const documentOf = (settings: object) => ({ format: 'axenta-bitrix24-settings', format_version: 1, settings });

/** What an import would change; nothing is saved. */
export const tryImport = (api: Api, document: unknown) =>
  api.post<{ version: number; changed: ChangedPath[] }>(`${address}/import`, { document, dry_run: true });

/** Replaces the settings. Throws `settings_changed` when another version stands than that one. */
export const importSettings = (api: Api, document: unknown, version: number) =>
  api.post<unknown>(`${address}/import`, { document }, version);
