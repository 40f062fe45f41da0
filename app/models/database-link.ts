import { Socket } from 'node:net';

/** A server that does not take a connection within this time is as good as away, in ms. */
const connectMs = 5000;

/** What every connection of this process to PostgreSQL is opened with; the names are the driver's. */
export interface ConnectionSettings {
  connectionString: string;
  application_name: string;
  keepAlive: true;
  connectionTimeoutMillis: number;
  stream(): Socket;
}

export type DatabaseLink = ReturnType<typeof makeDatabaseLink>;

/**
 * Makes what this process knows of its way to PostgreSQL. The listener alone decides whether the database is there. While it is away,
 * open connections are closed and new ones refused at once: what needs the database fails in a moment instead of hanging, and a
 * connection whose other end has vanished is never waited for.
 */
export function makeDatabaseLink(url: string) {
  const open = new Set<Socket>();
  let isUp = true;

  function track(): Socket {
    const socket = new Socket();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  }

  function settings(name: string, stream: () => Socket): ConnectionSettings {
    return {
      connectionString: url,
      application_name: `axenta-bitrix24-${name}`,
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
      stream,
    };
  }

  return {
    url,
    get isUp(): boolean {
      return isUp;
    },
    /** Settings of a connection or a pool; `name` is what PostgreSQL lists it under. */
    settings: (name: string) => settings(name, () => (isUp ? track() : refuse())),
    /** The same for the listener, which must try while the database is away. */
    probeSettings: (name: string) => settings(name, track),
    /** PostgreSQL is away: closes what is open. Repeat-safe. */
    markAway(): void {
      isUp = false;
      for (const socket of open) socket.destroy(awayError());
    },
    markUp(): void {
      isUp = true;
    },
  };
}

/** A connection that fails as if no server listened; on the next turn, when the driver has hung its listeners on. */
function refuse(): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(awayError()));
  return socket;
}

function awayError(): Error {
  return Object.assign(new Error('PostgreSQL is away'), { code: 'ECONNREFUSED' });
}
