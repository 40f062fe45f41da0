import Router from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { equalInConstantTime } from '../lib/secrets.ts';
import { answerErrors, type Context, type RequestState } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { followRequests } from './request.ts';

export interface ProbeOptions {
  /** Whether the process can do its work: database reachable, migrations applied. */
  ready(): Promise<boolean>;
  metrics: Metrics;
  /** Who may see the measures here: everybody, bearers of the token, or no caller (the address is not there then). */
  measures: 'open' | 'none' | { token: string };
}

/** Makes the router of what machines ask: is it alive, can it serve, what has it counted. */
export function makeProbeRouter({ ready, metrics, measures }: ProbeOptions): Router<RequestState> {
  const router = new Router<RequestState>();
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    const isReady = await ready().catch(() => false);
    ctx.status = isReady ? 200 : 503;
    ctx.body = { status: isReady ? 'ready' : 'not ready' };
  });
  if (measures === 'none') return router;
  router.get('/metrics', async (ctx) => {
    if (measures !== 'open') requireToken(ctx, measures.token);
    ctx.type = metrics.contentType;
    ctx.body = await metrics.text();
  });
  return router;
}

/** Makes the server of METRICS_PORT, which has nothing but the probes; it does not listen yet. */
export function createProbeServer(options: ProbeOptions & { log: Log; clock: Clock }): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.on('error', (error: Error) => options.log.debug({ err: error }, 'HTTP'));
  app.use(followRequests({ ...options, trustedProxies: 0 }));
  app.use(answerErrors);
  app.use(helmet());
  app.use(makeProbeRouter(options).routes());
  return app;
}

function requireToken(ctx: Context, token: string): void {
  const [, given = ''] = /^Bearer\s+(\S+)$/i.exec(ctx.get('authorization')) ?? [];
  if (equalInConstantTime(given, token)) return;
  ctx.set('www-authenticate', 'Bearer');
  throw new AppError({
    code: 'metrics_token_required',
    status: 401,
    text: {
      ru: 'Нужен заголовок Authorization: Bearer со значением METRICS_TOKEN сервера',
      en: "The header Authorization: Bearer with the server's METRICS_TOKEN is needed",
    },
  });
}
