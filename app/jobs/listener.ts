import pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { DatabaseLink } from '../models/database-link.ts';

/** The connection is asked for a sign of life this often; after three without an answer it counts as dead. */
const beatMs = 1000;
const missedBeats = 3;
const reconnectMs = 500;

/** PostgreSQL is there and has no connection left for us. */
const tooManyConnections = '53300';

export interface ListenerDeps {
  link: DatabaseLink;
  /** What to do with the payload of a notice, by channel. */
  channels: Readonly<Record<string, (payload: string) => void>>;
  /** Called after each reconnection: notices of the meantime are lost. */
  onMissed(): void;
  clock: Clock;
  log: Log;
}

/**
 * Listens on all channels of this process with one connection, and tells by it whether PostgreSQL is there. A lost connection is opened
 * again for as long as the process lives. Throws when the first one cannot be had.
 */
export async function startListener(deps: ListenerDeps): Promise<{ stop(): Promise<void> }> {
  const { link, clock, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let client = await connect(deps);
  const running = keepListening();

  async function keepListening(): Promise<void> {
    while (!signal.aborted) {
      const loss = await lossOf(client, signal);
      if (loss === 'stopped') break;
      if (loss === 'silent') reportAway(new Error(`No answer for ${missedBeats * beatMs} ms`));
      await reconnect();
    }
    await close(client);
  }

  async function reconnect(): Promise<void> {
    while (!signal.aborted) {
      try {
        client = await connect(deps);
        if (!link.isUp) log.info({ operation: 'database', result: 'ok' }, 'База данных снова доступна');
        link.markUp();
        deps.onMissed();
        return;
      } catch (error) {
        if ((error as { code?: unknown }).code !== tooManyConnections) reportAway(error);
        await clock.sleep(reconnectMs, signal).catch(() => undefined);
      }
    }
  }

  function reportAway(error: unknown): void {
    if (link.isUp) {
      const line = { operation: 'database', result: 'error', err: error };
      log.error(line, 'База данных недоступна: запросы получают 503, подключение повторяется');
    }
    link.markAway();
  }

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function connect({ link, channels }: ListenerDeps): Promise<pg.Client> {
  const client = new pg.Client(link.probeSettings('listener'));
  // Without a listener an error of the connection would end the process.
  client.on('error', () => undefined);
  client.on('notification', ({ channel, payload = '' }) => channels[channel]?.(payload));
  await client.connect();
  for (const channel of Object.keys(channels)) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  return client;
}

/** How a connection ended: it broke, it does not answer any more, or the signal was given. */
type Loss = 'broken' | 'silent' | 'stopped';

function lossOf(client: pg.Client, signal: AbortSignal): Promise<Loss> {
  return new Promise((resolve) => {
    let waiting = 0;
    const beat = setInterval(() => {
      if (waiting >= missedBeats) return end('silent');
      waiting += 1;
      if (waiting > 1) return;
      client.query('select 1').then(() => {
        waiting = 0;
      }, onBroken);
    }, beatMs);
    const onBroken = () => end('broken');
    const onStop = () => end('stopped');
    function end(loss: Loss): void {
      clearInterval(beat);
      signal.removeEventListener('abort', onStop);
      resolve(loss);
    }
    client.once('end', onBroken);
    signal.addEventListener('abort', onStop, { once: true });
    if (signal.aborted) onStop();
  });
}

/** Ends a connection in order, or by force when PostgreSQL does not answer. */
async function close(client: pg.Client): Promise<void> {
  const force = setTimeout(() => client.connection.stream.destroy(), beatMs);
  await client.end().catch(() => undefined);
  clearTimeout(force);
}
