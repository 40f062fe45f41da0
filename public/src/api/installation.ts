import type { FrameCredentials } from '../frame/portal-frame.ts';
import type { Api } from './client.ts';

export type StepKey = 'proved' | 'company' | 'events' | 'offline' | 'placements' | 'fields';

export interface InstallStep {
  key: StepKey;
  state: 'done' | 'failed' | 'waiting';
  code?: string;
  /** A sentence for people, in the page's language. */
  error?: string;
  at?: string;
}

export interface Installation {
  /** `none`: no portal of the company's has the app. */
  state: 'none' | 'pending' | 'active' | 'suspended' | 'uninstalled';
  portal: string | null;
  kind?: 'local' | 'marketplace';
  steps: InstallStep[];
}

const address = '/api/integration/bitrix24/installation';

export const readInstallation = (api: Api, signal?: AbortSignal) => api.get<Installation>(address, {}, signal);

/** Has everything that belongs to the installation checked and done again, soon. Repeat-safe. */
export const repeatInstallation = (api: Api) => api.post<{ started: boolean }>(`${address}/repeat`);

/** Joins the portal to an existing company by its one-time code. */
export const joinCompany = (api: Api, credentials: FrameCredentials, code: string) =>
  api.post<unknown>('/bitrix24/link', { ...credentials, code });

/** A one-time code that joins a marketplace installation to this company. */
export const createLinkCode = (api: Api) =>
  api.post<{ code: string; expires_at: string }>('/api/integration/bitrix24/link-code');

/** Lets the portal go: its tokens are forgotten, mappings stay. */
export const removeInstallation = (api: Api) => api.delete(address);
