import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** What passes through the proxy: everything, nothing while connections stay open, or no connection at all. */
type Mode = 'open' | 'hanging' | 'cut';

export interface DatabaseProxy {
  /** The database's address through the proxy. */
  url: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Closes all connections, and refuses new ones: the server is gone. */
  cut(): void;
  /** Keeps connections open and takes new ones, but passes no byte: the network swallows everything. */
  hang(): void;
  /** Everything works again; what was swallowed meanwhile is passed on now. */
  restore(): void;
  stop(): Promise<void>;
}

/** Stands between an app and its PostgreSQL on a port of 127.0.0.1, so that a test can take the database away. Safe to call `stop` twice. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const port = Number(target.port || 5432);
  const pairs = new Map<Socket, Socket>();
  let mode: Mode = 'open';

  function flow(pair: readonly [Socket, Socket]): void {
    for (const socket of pair) {
      if (mode === 'hanging') socket.pause();
      else socket.resume();
    }
  }

  function accept(client: Socket): void {
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = net.connect(port, target.hostname);
    pairs.set(client, server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk) => void to.write(chunk));
      from.on('error', () => undefined);
      from.on('end', () => void to.end());
      from.on('close', () => {
        pairs.delete(client);
        to.destroy();
      });
    }
    flow([client, server]);
  }

  const listener = net.createServer({ allowHalfOpen: true }, accept);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((listener.address() as AddressInfo).port);

  function breakAll(): void {
    for (const [client, server] of pairs) {
      // A socket that is being ended cannot be reset any more, and would never say that it is closed.
      if (client.writableEnded) client.destroy();
      else client.resetAndDestroy();
      server.destroy();
    }
    pairs.clear();
  }
  function change(next: Mode): void {
    mode = next;
    for (const pair of pairs) flow(pair);
  }

  return {
    url: url.href,
    get connections() {
      return pairs.size;
    },
    cut() {
      change('cut');
      breakAll();
    },
    hang: () => change('hanging'),
    restore: () => change('open'),
    async stop() {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      breakAll();
      await closed;
    },
  };
}
