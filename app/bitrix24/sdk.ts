import { AsyncLocalStorage } from 'node:async_hooks';
import type https from 'node:https';
import { ApiVersion } from '@bitrix24/b24jssdk';
import type { AxiosError, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Log } from '../lib/log.ts';
import type { PortalAccess } from './access.ts';
import type { CallOptions } from './client.ts';
import { classify, fromNetworkFailure, portalMoved, withWait } from './error-table.ts';
import { Bitrix24Error } from './errors.ts';
import type { Limits, Reservation } from './limits/limits.ts';
import { makeSdk, type TokenUse } from './make-sdk.ts';
import type { NoteRequest } from './request-note.ts';
import { utcOffsetOf } from './utc-offset.ts';
import { WireClock } from './wire-clock.ts';

/** An answer as it came over the wire, without the status line. */
export interface WireAnswer {
  result: unknown;
  total?: number;
  next?: number;
  time?: WireTime;
}

export interface WireTime {
  duration?: number;
  date_start?: string;
  operating?: number;
  operating_reset_at?: number;
}

/** An answer, and what was reserved of the portal's limits for its request: settled by reporting what it cost. */
export interface Answer extends WireAnswer {
  reservation: Reservation;
}

export interface SendOptions extends CallOptions {
  /** How many calls of which methods the request holds, for the pacer. */
  calls: ReadonlyMap<string, number>;
  /** For the whole answer, to its last byte. */
  timeoutMs: number;
  /** Whether the request changes something: then patience does not cut it. */
  writes?: boolean;
}

export interface TransportDeps {
  access: PortalAccess;
  agent: https.Agent;
  limits: Limits;
  log: Log;
  /** Told the portal's distance from UTC in minutes, when it is first seen and when it changes. */
  noteOffset?: ((minutes: number) => void) | undefined;
  noteRequest?: NoteRequest | undefined;
}

export type Transport = ReturnType<typeof makeTransport>;

/** What the interceptors need to know of the request that they see. */
interface RequestContext extends SendOptions, TokenUse {
  method: string;
  /** Set once the request left: what fails before cannot have been done. */
  sent: boolean;
  /** What is reserved for the request. */
  reservation: Reservation;
  sentAt: number;
  clock?: WireClock;
  /** How many rows a list has, and where its next page begins, where the answer tells. */
  paging?: Pick<WireAnswer, 'total' | 'next'>;
}

/**
 * Bytes. A portal's longest answers are lists of 2,500 records with long comments, and 50 records with the longest ones where a method is
 * called by itself; what is longer is no answer of a portal.
 */
const longestAnswer = { batch: 50_000_000, single: 20_000_000 };

/** One for all portals: each storage costs every promise of the process a little, for as long as the process lives. */
const contexts = new AsyncLocalStorage<RequestContext>();

/**
 * Makes the transport to one portal: the official SDK with its own limiter and retries off, because two layers of retries hide the truth and
 * its limiter knows one process only. Our limiter sits in its interceptors; what went wrong is classified there, from the raw answer.
 */
export function makeTransport({ access, agent, limits, log, noteOffset, noteRequest }: TransportDeps) {
  let knownOffset: number | null = null;
  const portal = access.host;
  const b24 = makeSdk(access, contexts);
  for (const version of [ApiVersion.v2, ApiVersion.v3]) {
    prepare(b24.getHttpClient(version).ajaxClient as AxiosInstance, { access, agent, limits });
  }

  return {
    portal,
    /** Advice differs with the kind of connection. */
    via: access.kind,

    /** Sends one request. Throws `Bitrix24Error`; rejects with the signal's reason when it is aborted before a write left, or a read was answered. */
    async send(method: string, params: Record<string, unknown>, options: SendOptions): Promise<Answer> {
      const context: RequestContext = { ...options, method, sent: false, sentAt: 0, reservation: new Map() };
      const startedAt = performance.now();
      const line = { operation: method, portal, calls: Object.fromEntries(options.calls) };
      const duration = () => Math.round(performance.now() - startedAt);
      try {
        const answer = await contexts.run(context, () => b24.actions.v2.call.make<unknown>({ method, params }));
        log.debug({ ...line, result: 'ok', duration_ms: duration() }, 'Битрикс24 ответил');
        const data = answer.getData() as WireAnswer;
        noteRequest?.({ portal, method, params, result: data.result, durationMs: performance.now() - context.sentAt });
        const offset = utcOffsetOf(data.time?.date_start);
        if (offset !== null && offset !== knownOffset) noteOffset?.(offset);
        knownOffset = offset ?? knownOffset;
        return { ...data, ...context.paging, reservation: context.reservation };
      } catch (error) {
        const known = knownError(error, context);
        if (context.sent && known instanceof Bitrix24Error)
          noteRequest?.({ portal, method, params, error: known, durationMs: performance.now() - context.sentAt });
        if (mayBeAtWork(known, context)) limits.leaveSpent(portal, context.reservation);
        else await limits.release(portal, context.reservation);
        log.debug(
          { ...line, result: 'error', code: (known as { code?: string }).code, duration_ms: duration() },
          'Битрикс24 отказал',
        );
        throw known;
      } finally {
        context.clock?.stop();
        tellSlow(context);
      }
    },
  };
}

type InterceptorDeps = Pick<TransportDeps, 'access' | 'agent' | 'limits'>;

function prepare(http: AxiosInstance, deps: InterceptorDeps): void {
  const { access, agent, limits } = deps;
  http.defaults.httpsAgent = agent;
  // A portal that moved answers with a redirect: the body must not follow it, and it must be seen.
  http.defaults.maxRedirects = 0;
  http.defaults.proxy = false;
  http.interceptors.request.use(async (config: InternalAxiosRequestConfig) => {
    const context = contexts.getStore();
    if (!context) throw new Error('A request without its context');
    context.signal?.throwIfAborted();
    // A call that is repeated with a fresh token has its reservation already: it takes one more request only.
    const reserved = await limits.acquire(access.host, context.sent ? new Map() : context.calls, context);
    if (!context.sent) context.reservation = reserved;
    context.sent = true;
    context.usedToken = (config.data as { auth?: string } | undefined)?.auth;
    context.sentAt = performance.now();
    const timeoutMs = timeoutOf(context);
    context.clock?.stop();
    context.clock = new WireClock({ waitMs: timeoutMs, timeoutMs });
    // What a write came to must be known, however long the portal takes.
    if (context.signal && !context.writes) context.clock.endWith(context.signal);
    config.maxContentLength = context.method === 'batch' ? longestAnswer.batch : longestAnswer.single;
    return Object.assign(config, context.clock.settings);
  });
  http.interceptors.response.use(
    (response: AxiosResponse) => accept(response, access.kind),
    async (error: AxiosError) => {
      throw await explain(error, deps);
    },
  );
}

function accept(response: AxiosResponse, via: PortalAccess['kind']): AxiosResponse {
  const { data, status } = response;
  const isAnswer = typeof data === 'object' && data !== null && 'result' in data && !data.error;
  // A method may answer with an error and the status 200, and a balancer with a page of HTML.
  if (!isAnswer) throw classify({ status, body: data, via });
  const context = contexts.getStore();
  const { total, next } = data;
  // The SDK passes on neither of the two.
  if (context)
    context.paging = { ...(typeof total === 'number' && { total }), ...(typeof next === 'number' && { next }) };
  // Without this key the SDK throws away an answer that succeeded.
  data.time ??= {};
  return response;
}

/** Requests that no right to one record can be the reason to refuse. */
const wholePortal = new Set(['batch', 'profile', 'scope']);

async function explain(error: AxiosError, { access, limits }: InterceptorDeps): Promise<unknown> {
  if (!error.isAxiosError) return error;
  const context = contexts.getStore();
  // The HTTP client's error holds the URL with its secret: only code and message are taken from it.
  if (context?.clock?.isOver)
    return context.signal?.aborted && !context.writes
      ? context.signal.reason
      : fromNetworkFailure(context.clock.failure);
  if (!error.response) return fromNetworkFailure({ code: causeOf(error), message: error.message });
  const { status, data: body, headers } = error.response;
  if (status >= 300 && status < 400) return followMove(access, String(headers.location ?? ''));
  const known = classify({ status, body, via: access.kind, whole: wholePortal.has(context?.method ?? '') });
  // Passed on as it came, this error makes the SDK ask for a fresh token and repeat the call once.
  if (access.kind === 'installation' && status === 401 && !context?.renewed && isExpired(known.code)) return error;
  if (known.kind !== 'limit') return known;
  if (known.code.toLowerCase() === 'operation_time_limit') {
    const [method = 'unknown'] = context?.calls.keys() ?? [];
    return withWait(known, await limits.outOfTime(access.host, method));
  }
  return withWait(known, await limits.tooManyRequests(access.host));
}

function isExpired(code: string): boolean {
  return ['expired_token', 'invalid_token'].includes(code.toLowerCase());
}

/** The old host executes nothing. The new one is learned once it is confirmed, and the work is repeated there; no body follows before. */
async function followMove(access: PortalAccess, location: string): Promise<Bitrix24Error> {
  const host = hostOf(location);
  const isFollowed = host !== null && ((await access.moved?.(host)) ?? false);
  // An installation asks the authorization server again with the next call.
  return portalMoved(isFollowed || access.kind === 'installation', host);
}

function hostOf(location: string): string | null {
  try {
    const { protocol, host } = new URL(location);
    return protocol === 'https:' ? host : null;
  } catch {
    return null;
  }
}

/** Whether the portal may still work on a request without an answer. */
function mayBeAtWork(error: unknown, { sent, signal }: RequestContext): boolean {
  return error instanceof Bitrix24Error ? error.uncertain : sent && signal?.aborted === true;
}

/** Reads may be cut earlier than the portal's own limit; a write that was cut has an uncertain outcome. */
function timeoutOf({ timeoutMs, writes, patience }: RequestContext): number {
  return writes || !patience ? timeoutMs : Math.min(timeoutMs, patience.readMs);
}

/** Tells the caller of a portal that took longer than its patience; waiting for our own limits does not count. */
function tellSlow({ sent, sentAt, clock, writes, patience, signal }: RequestContext): void {
  if (!sent || !patience || signal?.aborted) return;
  const isSlow = writes ? performance.now() - sentAt > patience.writeMs : clock?.isOver;
  if (isSlow) patience.onSlow();
}

function causeOf(error: AxiosError): string {
  return (error.cause as { code?: string } | undefined)?.code ?? error.code ?? 'network';
}

/** The SDK wraps whatever an interceptor throws. */
function knownError(error: unknown, context: RequestContext): unknown {
  for (
    let at = error;
    at;
    at = (at as { originalError?: unknown; cause?: unknown }).originalError ?? (at as { cause?: unknown }).cause
  ) {
    if (at instanceof Bitrix24Error) return at;
  }
  if (context.signal?.aborted) return context.signal.reason;
  if (!context.sent) return error;
  return fromNetworkFailure({ code: 'sdk', message: error instanceof Error ? error.message : String(error) });
}
