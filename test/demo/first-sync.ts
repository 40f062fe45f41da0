import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.ts';
import type { Rest } from './rest.ts';

const address = '/api/integration/bitrix24';
const pollMs = 150;

export interface SyncResult {
  done: number;
  failed: number;
  seconds: number;
}

/**
 * Runs the first synchronisation and reports its progress; one that a killed process left behind is followed to its end; one that has
 * finished is not repeated (null). Throws when the signal asks to stop.
 */
export async function synchroniseOnce(
  rest: Rest,
  show: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<SyncResult | null> {
  const [latest] = (await rest('GET', `${address}/runs?limit=1`)).runs;
  if (latest?.state === 'finished') return null;
  let run = latest?.state === 'running' ? latest : await rest('POST', `${address}/sync/to`, everything);
  for (;;) {
    show({ done: run.done, total: run.total, rate: run.rate, etaSec: run.eta_sec });
    if (run.state !== 'running') break;
    await sleep(pollMs, undefined, { signal });
    run = await rest('GET', `${address}/runs/${run.id}`);
  }
  const seconds = (Date.parse(run.finished_at) - Date.parse(run.created_at)) / 1000;
  return { done: run.done, failed: run.failed, seconds };
}

const everything = { sync_objects: true, sync_users: true, sync_contracts: true };
