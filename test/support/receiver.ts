import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import qs from 'qs';

export interface Received {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** As it came. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into forms of every shape
  form: any;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** A handler that remembers what is posted to it: over plain HTTP, or over HTTPS with the given key and certificate. */
export async function startReceiver(tls?: { key: string; cert: string }) {
  const received: Received[] = [];
  const behaviour = { status: 200, delayMs: 0 };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    received.push({ path: request.url ?? '', headers: request.headers, text, form: qs.parse(text, { depth: 10 }) });
    await sleep(behaviour.delayMs);
    response.writeHead(behaviour.status).end();
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    take(request, response).catch(() => request.socket.destroy());
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    received,
    behaviour,
    /** What came for one event, the oldest first. */
    of: (event: string) => received.filter(({ form }) => form.event === event),
    clear(): void {
      received.length = 0;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
