import type { PortalAccess } from './access.ts';
import { callMethod } from './call-method.ts';
import { makeTransport } from './sdk.ts';
import type { SdkClientDeps } from './sdk-client.ts';

export type Checkup = ReturnType<typeof makeCheckupApi>;

const interactive = { urgency: 'interactive' } as const;

/** Makes what only a check of a connection asks of its portal. Every method throws `Bitrix24Error`. */
export function makeCheckupApi(
  access: PortalAccess,
  { agent, limits, log, noteRequest }: Omit<SdkClientDeps, 'clock'>,
) {
  const transport = makeTransport({ access, agent, limits, log, noteRequest });
  const call = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    (await callMethod({ transport, limits }, method, params, interactive)).result;

  return {
    /**
     * Whether the installation was finished: before that a portal takes bindings and delivers nothing (app.info, installFinish.md,
     * 2026-09). Null where the portal does not say.
     */
    async isFinished(): Promise<boolean | null> {
      const { INSTALLED: installed } = ((await call('app.info')) ?? {}) as { INSTALLED?: unknown };
      return typeof installed === 'boolean' ? installed : null;
    },

    /** The portal's own clock with its offset, such as `2026-09-17T12:05:20+03:00`, resolution one second (server.time, 2026-09). */
    async serverTime(): Promise<string> {
      return String(await call('server.time'));
    },

    /** Has the portal send ONAPPTEST with these words to those who bound it; for applications only (test-handler.md, 2026-08-07). */
    async sendTrialEvent(words: Record<string, string>): Promise<void> {
      await call('event.test', words);
    },
  };
}
