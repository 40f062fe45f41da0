import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { startApp } from '../../app/start.ts';
import type { PortalOptions } from '../portal/portal.ts';

/** What the app's process is told first; it answers with its port. */
export interface AppStart {
  config: Parameters<typeof startApp>[0];
  databaseUrl: string;
  options: Parameters<typeof startApp>[3];
}

/** What a portal's process is told first; it answers with the address of a webhook. */
export type PortalStart = Pick<PortalOptions, 'certificateFolder' | 'memberId' | 'latency' | 'switches'>;

/**
 * Starts the app in a process of its own, as `npm start` does: what is measured then is the app, not the portal beside it. Its log goes
 * nowhere. Throws when the process ends before it listens.
 */
export const startAppInOwnProcess: typeof startApp = async (config, databaseUrl, _log, options) => {
  const { answer, stop } = await startProcess('./own-process-app.ts', { config, databaseUrl, options });
  return { port: Number(answer), stop };
};

/** Starts the app as three processes: requests, what people wait for, and the rest. */
export const startAppInParts: typeof startApp = async (config, databaseUrl, log, options) => {
  const web = await startAppInOwnProcess({ ...config, role: 'web' }, databaseUrl, log, options);
  const parts = [web];
  for (const role of ['urgent', 'bulk'] as const)
    parts.push(await startAppInOwnProcess({ ...config, role }, databaseUrl, log, options));
  return {
    port: web.port,
    async stop() {
      for (const part of parts) await part.stop();
    },
  };
};

/** Starts a simulated portal in a process of its own, for tenants that nothing else is asked of than to be busy. */
export async function startPortalInOwnProcess(
  options: PortalStart,
): Promise<{ webhookUrl: string; stop(): Promise<void> }> {
  const { answer, stop } = await startProcess('./own-process-portal.ts', options);
  return { webhookUrl: String(answer), stop };
}

async function startProcess(
  file: string,
  start: AppStart | PortalStart,
): Promise<{ answer: unknown; stop(): Promise<void> }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  // Keys are buffers: they come through as such.
  const child = fork(path, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  const ended = once(child, 'exit');
  child.send(start);
  const died = ended.then(([code, signal]) => {
    throw new Error(`${file} ended with ${code ?? signal} before it had started`);
  });
  const [answer] = await Promise.race([once(child, 'message'), died]);
  died.catch(() => undefined);
  return {
    answer,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
