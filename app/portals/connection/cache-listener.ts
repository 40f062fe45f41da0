import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { cacheChannel } from './clients.ts';

/** Short enough that nobody waits for a cleared cache, long enough not to hammer a database that restarts. */
const reconnectMs = 1000;

export interface CacheListenerDeps {
  databaseUrl: string;
  clock: Clock;
  log: Log;
  /** Called with a tenant's id, or with null when notices may have been missed. */
  forget(tenantId: number | null): void;
}

/**
 * Listens for caches cleared in other processes, on a connection of its own. A lost connection is opened again for as long as
 * the process lives; what was announced meanwhile is unknown, so then everything is forgotten.
 */
export async function startCacheListener(deps: CacheListenerDeps): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  let client = await listen(deps);
  const running = keepListening();

  async function keepListening(): Promise<void> {
    while (!stopping.signal.aborted) {
      await client.ended(stopping.signal);
      if (stopping.signal.aborted) break;
      deps.log.warn('The cache listener lost its connection to PostgreSQL');
      await reconnect();
    }
    await client.close();
  }

  async function reconnect(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        client = await listen(deps);
        deps.forget(null);
        return;
      } catch {
        await deps.clock.sleep(reconnectMs, stopping.signal).catch(() => undefined);
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function listen({ databaseUrl, forget }: CacheListenerDeps) {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'axenta-bitrix24-cache',
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    // Without a listener an error of the idle connection would end the process.
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  client.on('notification', ({ payload }) => {
    const tenantId = Number(payload);
    if (Number.isSafeInteger(tenantId)) forget(tenantId);
  });
  await client.connect();
  await client.query(`listen ${cacheChannel}`);
  return {
    ended: (signal: AbortSignal) =>
      Promise.race([
        lost,
        new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        }),
      ]),
    close: () => client.end().catch(() => undefined),
  };
}
