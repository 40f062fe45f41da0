import { once } from 'node:events';
import { createServer } from 'node:net';

const last = 65_535;

/** The next port above `port` that no program listens on. Ports in `own`, which the demo uses itself, are passed over. */
export async function findPortAfter(port: number, own: readonly number[]): Promise<number> {
  for (let candidate = port + 1; candidate <= last; candidate += 1) {
    if (!own.includes(candidate) && (await isFree(candidate))) return candidate;
  }
  throw new Error(`No port above ${port} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
