import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import { isDatabaseAway } from '../lib/database-away.ts';
import { requireRole } from './auth.ts';
import { readForm, readJson } from './body.ts';
import { answerError, type Context, methodNotAllowed, type RequestState } from './errors.ts';
import { sendPage } from './pages.ts';
import { sendProblem } from './problem-page.ts';
import type { RateLimits } from './rate-limits.ts';
import type {
  Answer,
  CallbackAnswer,
  CallbackRoute,
  Caller,
  Identity,
  OpenRoute,
  RequestContext,
  Route,
} from './route.ts';
import { validate } from './validate.ts';
import { portalTokenHeader, type VisitorRules } from './visitors.ts';

export interface MountOptions {
  routes: readonly Route[];
  open: readonly OpenRoute[];
  callbacks: readonly CallbackRoute[];
  authenticate(ctx: Context): Promise<Identity>;
  rates: RateLimits;
  visitors: VisitorRules;
}

/** Makes the router of all declared routes. */
export function mount({ routes, open, callbacks, authenticate, rates, visitors }: MountOptions): Router<RequestState> {
  const router = new Router<RequestState>();
  for (const path of addressesOf({ open, callbacks })) {
    // Before the others: a GET would answer HEAD too, and may use up what its query holds.
    router.head(path, (ctx) => {
      ctx.status = 200;
    });
  }
  for (const route of routes) {
    router[route.method](route.path, async (ctx) => {
      const identity = await authenticate(ctx);
      ctx.state.log = ctx.state.log.child({ tenant_id: identity.tenantId }, true);
      await rates.take('apiByTenant', identity.tenantId);
      requireRole(identity, route.role);
      const params = validate(route.params, ctx.params, 'params');
      const caller = await admit(ctx, visitors, route, { identity, params });
      // Bodies are read only of callers who may send them.
      const body = await readJson(ctx);
      const answer = await route.handle({
        ...contextOf(ctx),
        caller,
        params,
        query: validate(route.query, { ...ctx.query }, 'query'),
        body: validate(route.body, body, 'body'),
      });
      if (!('error' in answer)) await note(ctx, visitors, route, { caller, params });
      send(ctx, answer);
    });
  }
  for (const route of open) {
    router.post(route.path, async (ctx) => {
      const body = validate(route.body, await readJson(ctx), 'body');
      send(ctx, await route.handle({ ...contextOf(ctx), body }));
    });
  }
  for (const route of callbacks) {
    router[route.method](route.path, async (ctx) => {
      const form = route.method === 'post' ? await readForm(ctx) : {};
      const answer = await route.handle({
        ...contextOf(ctx),
        form,
        query: { ...ctx.query },
        params: { ...ctx.params },
        cookie: (name) => ctx.cookies.get(name),
      });
      await sendCallback(ctx, answer);
    });
  }
  return router;
}

/**
 * Every address that is entered in the application's card or that its pages call. The vendor's cabinet asks each with HEAD before it takes
 * it (market FAQ, 2026-08), so each answers that it is there and does nothing.
 */
export function addressesOf({ open, callbacks }: Pick<MountOptions, 'open' | 'callbacks'>): string[] {
  return [...new Set([...open, ...callbacks].map(({ path }) => path))];
}

/** Visitors of the pages may do what their company allows; the JWTs of the CRM itself have their role alone. */
async function admit(
  ctx: Context,
  visitors: VisitorRules,
  route: Route,
  { identity, params }: { identity: Identity; params: unknown },
): Promise<Caller> {
  const { visitor } = identity;
  if (!visitor) return { ...identity, seesLists: true };
  const portalToken = ctx.get(portalTokenHeader);
  const call = { identity: { ...identity, visitor }, need: route.visitors, params, portalToken, log: ctx.state.log };
  return { ...identity, ...(await visitors.admit(call)) };
}

async function note(
  ctx: Context,
  visitors: VisitorRules,
  route: Route,
  { caller, params }: { caller: Caller; params: unknown },
): Promise<void> {
  const { visitor } = caller;
  if (!visitor || route.method === 'get') return;
  // What was done is done, and its answer is due.
  await visitors.note({ ...caller, visitor }, route, params).catch((error: unknown) => {
    ctx.state.log.error({ err: error, operation: 'note_action' }, 'Действие сотрудника не записано');
  });
}

async function sendCallback(ctx: Context, answer: CallbackAnswer): Promise<void> {
  if ('page' in answer) return sendPage(ctx, answer.page, answer.ancestors);
  if ('problem' in answer) return sendProblem(ctx, answer.problem, answer.ancestors);
  if ('redirect' in answer) {
    const { name, value, path, maxAgeSec, secure } = answer.cookie;
    // By hand: behind a proxy the library takes the connection for an open one and refuses.
    const cookie = `${name}=${value}; Path=${path}; Max-Age=${maxAgeSec}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    ctx.set('set-cookie', cookie);
    ctx.set('cache-control', 'no-store');
    ctx.redirect(answer.redirect);
    return;
  }
  ctx.status = answer.status;
  ctx.body = answer.text;
}

/** Refuses a method that an address does not have, instead of saying that the address does not exist. */
export function refuseWrongMethods(routers: readonly Router<RequestState>[]) {
  return async (ctx: Context, next: () => Promise<unknown>): Promise<void> => {
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    const layers = routers.flatMap((router) => router.match(ctx.path, ctx.method).path);
    const allowed = [...new Set(layers.flatMap((layer) => layer.methods))].sort();
    if (allowed.length > 0) throw methodNotAllowed(ctx, allowed);
  };
}

function contextOf(ctx: Context): RequestContext {
  const gone = new AbortController();
  // A caller may have gone while the token was checked: then no event comes any more.
  if (ctx.res.destroyed || ctx.req.socket.destroyed) gone.abort();
  else ctx.res.once('close', () => gone.abort());
  const { language, address, log } = ctx.state;
  return {
    language,
    address,
    signal: gone.signal,
    log,
    ifMatch: ctx.get('if-match') || null,
    accept: ctx.get('accept').toLowerCase(),
  };
}

function send(ctx: Context, answer: Answer): void {
  if ('stream' in answer) {
    ctx.set('cache-control', 'no-cache, no-transform');
    ctx.set('x-accel-buffering', 'no');
    ctx.type = answer.type;
    // A PassThrough: Koa destroys the stream that it is given when the caller leaves, which would end a generator with an error.
    const body = answer.stream.pipe(new PassThrough());
    ctx.body = body;
    // A stream that breaks ends in order: the browser opens it again by itself. The status has been sent.
    answer.stream.once('error', (error) => {
      if (!isDatabaseAway(error)) ctx.state.log.error({ err: error }, 'Внутренняя ошибка');
      body.end();
    });
    return;
  }
  if ('error' in answer) {
    answerError(ctx, { ...answer.error, status: answer.status, data: answer.data });
    return;
  }
  const { language } = ctx.state;
  const { warnings = [] } = answer;
  ctx.status = answer.status ?? 200;
  if (answer.etag !== undefined) ctx.set('etag', `"${answer.etag}"`);
  ctx.body = {
    status: 'success',
    data: answer.data,
    ...(answer.message && { message: answer.message[language] }),
    ...(warnings.length > 0 && { warnings: warnings.map((warning) => ({ ...warning, text: warning.text[language] })) }),
  };
}
