import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnsweredRequests } from './answered.ts';
import { sendFailure, sendJson } from './answers.ts';
import type { Credentials } from './credentials.ts';
import type { Circumstances, Executor } from './executor.ts';
import { type Faults, throwEarly, throwLate } from './faults.ts';
import type { PortalLimits } from './limits.ts';
import { type Params, readParams } from './params.ts';
import type { PortalState } from './portal-state.ts';
import type { PortalSwitches } from './switches.ts';
import { type Caller, RestError } from './types.ts';
import type { Workers } from './workers.ts';

export interface RestEndpointDeps {
  answered: AnsweredRequests;
  credentials: Credentials;
  /** Who calls with an access token; throws RestError. */
  authenticateToken(token: string): Caller;
  executor: Executor;
  faults: Faults;
  limits: PortalLimits;
  state: PortalState;
  switches: PortalSwitches;
  workers: Workers;
}

/** The newer interface `/rest/api/` has no method of the CRM; its errors are objects (api-reference/rest-v3.md, 2026-08). */
const noSuchV3Method = {
  error: { code: 'BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION', message: 'Method not found' },
};

interface Address {
  method: string;
  user?: number;
  secret?: string;
}

interface Call extends Address {
  token: string | undefined;
  params: Params;
}

/** Answers `/rest/<user>/<secret>/<method>` (webhooks) and `/rest/<method>` with `auth` (applications). */
export async function answerRest(
  deps: RestEndpointDeps,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  // The portal's answers may be read by any page, as the real ones; the control interface's may not.
  response.setHeader('access-control-allow-origin', '*');
  if (url.pathname.startsWith('/rest/api/')) {
    sendJson(response, 404, noSuchV3Method);
    return;
  }
  const call = readAddress(url.pathname);
  try {
    const { auth, ...params } = await readParams(request, url.search.slice(1), deps.switches.maxBodyBytes ?? undefined);
    const token = typeof auth === 'string' ? auth : bearerOf(request);
    await deps.workers.run(() => answerCall(deps, request, response, { ...call, token, params }));
  } catch (error) {
    await sendFailure(request, response, error);
  }
}

async function answerCall(
  deps: RestEndpointDeps,
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<void> {
  const fault = deps.faults.strikeRequest(call.method, call.params);
  if (fault?.kind === 'delay') await sleep(fault.ms);
  if (fault?.kind === 'redirect') {
    response.writeHead(302, { location: `https://${fault.host}${request.url}` }).end();
    return;
  }
  const hangUp = () => void request.socket.destroy();
  try {
    throwEarly(fault);
    if (fault?.kind === 'answerLostWhileWorking') {
      hangUp();
      await sleep(fault.ms);
    }
    const answer = await execute(deps, call, { fault, hangUp });
    deps.answered.follow(response, { method: call.method, params: call.params, answer });
    throwLate(fault);
    sendJson(response, 200, answer);
  } catch (error) {
    // Within the worker: an answer that never ends holds it.
    await sendFailure(request, response, error);
  }
}

/** `/rest/<user>/<secret>/<method>`, or `/rest/<method>` without a webhook; `.json` and a closing slash are allowed. */
function readAddress(path: string): Address {
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

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

async function execute(
  { credentials, authenticateToken, executor, limits, state, switches }: RestEndpointDeps,
  { method, user, secret, token, params }: Call,
  circumstances: Circumstances,
): Promise<unknown> {
  limits.countRequest();
  state.check(switches.deletedStatus);
  if (method.includes('/') || method === '') throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
  const isWebhook = user !== undefined && secret !== undefined;
  if (!isWebhook && !token) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  const caller = isWebhook ? credentials.authenticate(user, secret) : authenticateToken(token ?? '');
  const executed = await executor.request(caller, method, params, circumstances);
  if (circumstances.fault?.kind !== 'noTime') return executed;
  return { ...executed, time: undefined };
}
