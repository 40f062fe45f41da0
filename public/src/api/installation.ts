import type { FrameCredentials } from '../frame/portal-frame.ts';
import type { Api } from './client.ts';

export type StepKey = 'proved' | 'company' | 'events' | 'placements' | 'fields';

export interface InstallStep {
  key: StepKey;
  state: 'done' | 'failed' | 'waiting';
  code?: string;
  /** A sentence for people, in the page's language. */
  error?: string;
  at?: string;
}

export interface Installation {
  state: 'pending' | 'active' | 'suspended' | 'uninstalled';
  portal: string;
  member_id: string;
  kind: string;
  steps: InstallStep[];
}

const address = '/api/integration/bitrix24/installation';

export const readInstallation = (api: Api, signal?: AbortSignal) => api.get<Installation>(address, {}, signal);

/** Does again whatever of the installation is not done. Repeat-safe. */
export const repeatInstallation = (api: Api) => api.post<Installation>(`${address}/repeat`);

/** Joins the portal to an existing company by its one-time code. */
export const joinCompany = (api: Api, credentials: FrameCredentials, code: string) =>
  api.post<unknown>('/bitrix24/link', { ...credentials, code });
