import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { sendJson } from './answers.ts';
import type { Certificates } from './certificates.ts';

export interface ListenerOptions {
  certificates: Certificates;
  /** 0: any free port. */
  port: number;
  /** While it is true every connection is broken off. */
  isDown(): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface Listener {
  port: number;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1 over HTTPS with a certificate of the folder's authority. What a handler throws becomes a 500. */
export async function listen({ certificates, port, isDown, handle }: ListenerOptions): Promise<Listener> {
  const { key, cert, caPem } = certificates;
  const sockets = new Set<Duplex>();
  const server = https.createServer({ key, cert: `${cert}\n${caPem}` }, (request, response) => {
    if (isDown()) {
      request.socket.destroy();
      return;
    }
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        sendJson(response, 500, { error: 'INTERNAL_SERVER_ERROR', error_description: String(error) });
    });
  });
  // As long as the servers before a real portal: Node's five seconds end a connection just when somebody writes to it again.
  server.keepAliveTimeout = 55_000;
  server.on('connection', (socket) => {
    if (isDown()) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
