import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';
import type { ControlApi } from './control-api.ts';
import type { Credentials } from './credentials.ts';
import type { Executor } from './executor.ts';
import type { FaultAction, Faults } from './faults.ts';
import type { PortalLimits } from './limits.ts';
import { type Params, readParams } from './params.ts';
import type { PortalSwitches } from './switches.ts';
import { RestError } from './types.ts';

export interface ServerDeps {
  certificates: Certificates;
  credentials: Credentials;
  executor: Executor;
  faults: Faults;
  limits: PortalLimits;
  switches: PortalSwitches;
  control: ControlApi;
}

export interface RunningServer {
  port: number;
  stop(): Promise<void>;
}

/** The portal's HTTPS server: `/rest/<user>/<secret>/<method>` for callers, everything else for the page. */
export async function startServer(deps: ServerDeps, port: number): Promise<RunningServer> {
  const { key, cert, caPem } = deps.certificates;
  const sockets = new Set<Duplex>();
  const server = https.createServer({ key, cert: `${cert}\n${caPem}` }, (request, response) => {
    handle(deps, request, response).catch((error: unknown) => {
      if (!response.headersSent)
        sendJson(response, 500, { error: 'INTERNAL_SERVER_ERROR', error_description: String(error) });
    });
  });
  server.on('connection', (socket) => {
    if (deps.faults.isDown) {
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

async function handle(deps: ServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (deps.faults.isDown) {
    request.socket.destroy();
    return;
  }
  const url = new URL(request.url ?? '/', 'https://portal');
  const match = /^\/rest\/(\d+)\/([^/]+)\/([^/]+?)(?:\.json|\.xml)?\/?$/.exec(url.pathname);
  if (!match) return deps.control.handle(request, response, url);
  const [, user = '', secret = '', method = ''] = match;
  const params = await readParams(request, url.search.slice(1));
  const fault = deps.faults.strike(method, params);
  if (fault?.kind === 'delay') await sleep(fault.ms);
  if (fault && (await answeredByFault(fault, request, response))) return;
  const answer = await execute(deps, { user: Number(user), secret, method }, params);
  if (fault?.kind === 'dropAfter') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'noTime') delete (answer.body as { time?: unknown }).time;
  sendJson(response, answer.status, answer.body);
}

/** Whether the fault was the whole answer. */
async function answeredByFault(
  fault: FaultAction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault.kind) {
    case 'refuse':
      sendJson(response, fault.status, { error: fault.error, error_description: fault.description });
      return true;
    case 'html':
      response
        .writeHead(fault.status, { 'content-type': 'text/html' })
        .end('<html><body><h1>Bad Gateway</h1></body></html>');
      return true;
    case 'dropBefore':
      request.socket.destroy();
      return true;
    case 'redirect':
      response.writeHead(302, { location: `https://${fault.host}${request.url}` }).end();
      return true;
    default:
      return false;
  }
}

async function execute(
  { credentials, executor, limits }: ServerDeps,
  { user, secret, method }: { user: number; secret: string; method: string },
  params: Params,
): Promise<{ status: number; body: unknown }> {
  try {
    limits.countRequest();
    const caller = credentials.authenticate(user, secret);
    return { status: 200, body: await executor.request(caller, method, params) };
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return { status: error.status, body: { error: error.code, error_description: error.description } };
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
