import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';
import type { ControlApi } from './control-api.ts';
import type { Credentials } from './credentials.ts';
import type { Executor } from './executor.ts';
import { type FaultAction, type Faults, NoAnswer, throwEarly } from './faults.ts';
import type { PortalLimits } from './limits.ts';
import { type Params, readParams } from './params.ts';
import { RestError } from './types.ts';

export interface ServerDeps {
  certificates: Certificates;
  credentials: Credentials;
  executor: Executor;
  faults: Faults;
  limits: PortalLimits;
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
  if (!url.pathname.startsWith('/rest/')) return deps.control.handle(request, response, url);
  // The portal's answers may be read by any page, as the real ones; the control interface's may not.
  response.setHeader('access-control-allow-origin', '*');
  const call = readCall(url.pathname);
  const params = await readParams(request, url.search.slice(1));
  const fault = deps.faults.strikeRequest(call.method, params);
  if (fault?.kind === 'delay') await sleep(fault.ms);
  if (fault?.kind === 'redirect') {
    response.writeHead(302, { location: `https://${fault.host}${request.url}` }).end();
    return;
  }
  try {
    throwEarly(fault);
    const answer = await execute(deps, call, params, fault);
    if (fault?.kind === 'dropAfter') throw new NoAnswer(null);
    sendJson(response, 200, answer);
  } catch (error) {
    sendFailure(request, response, error);
  }
}

interface Call {
  method: string;
  user?: number;
  secret?: string;
}

/** `/rest/<user>/<secret>/<method>`, or `/rest/<method>` without a webhook; `.json` and a closing slash are allowed. */
function readCall(path: string): Call {
  const [first = '', second, ...rest] = path
    .slice('/rest/'.length)
    .replace(/\/$/, '')
    .replace(/\.(json|xml)$/, '')
    .split('/');
  // Without the user's number everything is the name of a method.
  if (second === undefined || !/^\d+$/.test(first))
    return { method: [first, second, ...rest].filter(Boolean).join('/') };
  return { user: Number(first), secret: second, method: rest.join('/') };
}

async function execute(
  { credentials, executor, limits }: ServerDeps,
  { method, user, secret }: Call,
  params: Params,
  fault: FaultAction | null,
): Promise<unknown> {
  limits.countRequest();
  if (method.includes('/') || method === '') throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
  if (user === undefined || secret === undefined) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  const caller = credentials.authenticate(user, secret);
  const executed = await executor.request(caller, method, params, fault);
  if (fault?.kind !== 'noTime') return executed;
  return { ...executed, time: undefined };
}

function sendFailure(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof RestError) {
    sendJson(response, error.status, { error: error.code, error_description: error.description });
  } else if (error instanceof NoAnswer && error.pageStatus === null) {
    request.socket.destroy();
  } else if (error instanceof NoAnswer) {
    response
      .writeHead(error.pageStatus ?? 502, { 'content-type': 'text/html' })
      .end(`<html><body><h1>${error.pageStatus}</h1></body></html>`);
  } else throw error;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
