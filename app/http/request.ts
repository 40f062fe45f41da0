import { randomUUID } from 'node:crypto';
import type Koa from 'koa';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { makeCallerAddress, type TrustedProxies } from './caller-address.ts';
import type { Context } from './errors.ts';
import type { Metrics } from './metrics.ts';

/** Asked every few seconds: what they say is told by other lines already. */
const probes = new Set(['GET /healthz', 'GET /readyz', 'GET /metrics']);

/** Gives every request an id, a log of its own and a language, and writes one line when it has been answered. */
export function followRequests(deps: { log: Log; clock: Clock; metrics: Metrics; trustedProxies: TrustedProxies }) {
  const { log, clock, metrics, trustedProxies } = deps;
  const addressOf = makeCallerAddress(trustedProxies);
  return async (ctx: Context, next: Koa.Next): Promise<void> => {
    const startedAt = clock.now().getTime();
    const given = ctx.get('x-request-id');
    ctx.state.requestId = /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
    ctx.state.log = log.child({ request_id: ctx.state.requestId }, true);
    ctx.state.language = ctx.acceptsLanguages('ru', 'en') === 'en' ? 'en' : 'ru';
    ctx.state.address = addressOf(ctx.req);
    ctx.set('x-request-id', ctx.state.requestId);
    await next();
    const duration = clock.now().getTime() - startedAt;
    // The pattern, never the path: ids would make as many series as there are records.
    const operation = `${ctx.method} ${(ctx as { _matchedRoute?: string })._matchedRoute ?? 'unknown'}`;
    metrics.requests.observe({ operation, status: String(ctx.status) }, duration / 1000);
    const line = { operation, status: ctx.status, duration_ms: duration, result: ctx.status < 400 ? 'ok' : 'error' };
    const code = (ctx.body as { code?: string } | undefined)?.code;
    ctx.state.log[levelOf(operation, ctx.status)]({ ...line, ...(code && { code }) }, `${ctx.method} ${ctx.path}`);
  };
}

function levelOf(operation: string, status: number): 'debug' | 'info' | 'error' {
  if (probes.has(operation)) return 'debug';
  if (status >= 500) return 'error';
  return operation.endsWith('unknown') ? 'debug' : 'info';
}
