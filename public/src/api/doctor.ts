import type { Api } from './client.ts';

export const checkStates = ['broken', 'warning', 'unknown', 'ok'] as const;
export type CheckState = (typeof checkStates)[number];

/** One part of the connection, as it was looked at. */
export interface DoctorCheck {
  check: string;
  state: CheckState;
  saw: string;
  advice: string | null;
  repairable: boolean;
  at: string;
}

interface Repaired {
  repairs: { check: string; done: boolean; error: string | null }[];
  checks: DoctorCheck[];
}

const address = '/api/integration/bitrix24/doctor';

export const examine = async (api: Api, signal: AbortSignal): Promise<DoctorCheck[]> =>
  (await api.get<{ checks: DoctorCheck[] }>(address, {}, signal)).checks;

export const repair = (api: Api, checks: readonly string[]) => api.post<Repaired>(`${address}/repair`, { checks });
