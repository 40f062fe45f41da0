import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import compress from 'koa-compress';
import helmet from 'koa-helmet';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type AuthOptions, makeAuthenticate } from './auth.ts';
import type { TrustedProxies } from './caller-address.ts';
import { serveDocs } from './docs.ts';
import { answerErrors, type RequestState } from './errors.ts';
import { mount, refuseWrongMethods } from './mount.ts';
import { describeInterface, type Publication } from './openapi.ts';
import { makePageRouter } from './pages.ts';
import { makeProbeRouter, type ProbeOptions } from './probes.ts';
import type { RateLimits } from './rate-limits.ts';
import { followRequests } from './request.ts';
import type { CallbackRoute, OpenRoute, Route } from './route.ts';
import type { VisitorRules } from './visitors.ts';

export interface ServerOptions extends ProbeOptions {
  log: Log;
  clock: Clock;
  routes: readonly Route[];
  open: readonly OpenRoute[];
  callbacks: readonly CallbackRoute[];
  auth: AuthOptions;
  rates: RateLimits;
  trustedProxies: TrustedProxies;
  visitors: VisitorRules;
  publication: Publication;
}

export interface RunningServer {
  port: number;
  /** Stops listening, lets requests under way finish for `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

/** Puts the HTTP interface together. The order of the middleware is the order in which a request meets it. */
export function createServer(options: ServerOptions): Koa<RequestState> {
  const { log, clock, metrics, routes, open, callbacks, rates, trustedProxies, visitors } = options;
  const app = new Koa<RequestState>();
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A caller who hangs up is no failure of ours.
    if (!['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.code ?? ''))
      log.error({ err: error }, 'HTTP');
  });
  const probes = makeProbeRouter(options);
  const service = serviceRouter(options);
  const authenticate = makeAuthenticate(options.auth);
  const router = mount({ routes, open, callbacks, rates, visitors, authenticate });
  app.use(followRequests({ log, clock, metrics, trustedProxies }));
  app.use(answerErrors);
  app.use(helmet());
  // A progress stream that is compressed arrives in lumps.
  app.use(compress({ filter: (type) => !type.startsWith('text/event-stream') }));
  app.use(refuseWrongMethods([probes, service, router]));
  app.use(probes.routes());
  app.use(service.routes());
  app.use(makePageRouter().routes());
  app.use(router.routes());
  return app;
}

/** How long a caller may take to send the head of a request, and the whole of it, in ms. Answers may take as long as they need. */
const standardPatience = { headMs: 15_000, requestMs: 30_000 };

/** Listens on `port` (0: any free one). A request that is not sent whole in time is ended with 408. */
export async function listen(
  app: Koa<RequestState>,
  port: number,
  host: string,
  { headMs, requestMs } = standardPatience,
): Promise<RunningServer> {
  const times = { headersTimeout: headMs, requestTimeout: requestMs, connectionsCheckingInterval: headMs / 3 };
  const server = createHttpServer(times, app.callback());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) =>
      new Promise((resolve) => {
        // Connections that are busy now become idle later: `close` alone would wait for their keep-alive.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        const end = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(end);
          resolve();
        });
      }),
  };
}

/** What the interface can do, for programs and for people. */
function serviceRouter({ routes, open, callbacks, publication }: ServerOptions): Router<RequestState> {
  const router = new Router<RequestState>();
  // Made when it is asked for: most processes are never asked, and it takes a tenth of a second.
  let description: ReturnType<typeof describeInterface> | undefined;
  router.get('/api/openapi.json', (ctx) => {
    description ??= describeInterface({ routes, open, callbacks }, publication);
    ctx.body = description;
  });
  serveDocs(router, publication.publicUrl);
  return router;
}
