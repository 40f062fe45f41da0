import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import type { PortalState } from '../bitrix24/limits/forecast.ts';
import type { Crowd } from '../http/crowd.ts';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, invalidRequest } from '../lib/errors.ts';
import type { Database } from '../models/database.ts';
import { cancelRun, findRun, listRuns, startRun } from '../sync/runs/runs.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { eventStream, runAnswer, runCountsAnswer, runsAnswer, startedRunAnswer } from './answers/runs.ts';
import { checkScope } from './check-scope.ts';
import { requireGoing } from './pauses.ts';
import { presentCounts, presentRun } from './present-run.ts';
import { type RunDirection, type RunOptions, refuseUnmeant, runRequestSchema, toRunOptions } from './run-request.ts';
import { streamRun, waitForRun } from './run-stream.ts';
import { makeStreamEntrance } from './waiters.ts';

/** Proxies and people give up sooner; the run goes on, and the answer says so with 202. */
const longestWaitMs = 600_000;
const waitPollMs = 200;

export interface RunRouteDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  clock: Clock;
  /** Throws AppError when the tenant has no connection, or a suspended one. */
  requireActive: RequireActive;
  /** What the tenant's portal has left of its limits; null when it has none. */
  portalStateOf(tenantId: number): Promise<PortalState | null>;
  waiters: Crowd;
}

/** Makes the routes that start, show, follow and cancel runs. */
export function makeRunRoutes(deps: RunRouteDeps): Route[] {
  const { db, clock } = deps;
  const enterStream = makeStreamEntrance();
  return [
    startRoute(deps, 'to', 'to_bitrix'),
    startRoute(deps, 'from', 'from_bitrix'),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/runs`,
      summary: 'Runs, the newest first',
      tag: 'Runs',
      answers: { 200: runsAnswer },
      query: z.strictObject(pagingSchema),
      async handle({ caller, query }) {
        const { runs, total } = await listRuns(db, caller.tenantId, query.page, query.limit);
        const now = clock.now();
        const portal = await deps.portalStateOf(caller.tenantId);
        const shown = runs.map((run) => presentRun(run, now, portal));
        return { data: { runs: shown, pagination: paginationOf(query, total) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/runs/:id`,
      summary: 'One run with its rate and the time that it still needs',
      tag: 'Runs',
      answers: { 200: runAnswer },
      params: idParams,
      async handle({ caller, params }) {
        const portal = await deps.portalStateOf(caller.tenantId);
        return { data: presentRun(await findRun(db, caller.tenantId, params.id), clock.now(), portal) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/runs/:id/stream`,
      summary: 'Progress of a run as server-sent events, a line each second, until the run or the token has ended',
      tag: 'Runs',
      answers: { 200: eventStream },
      params: idParams,
      async handle({ caller, params, signal }) {
        await findRun(db, caller.tenantId, params.id);
        const leave = enterStream(caller);
        // A caller who has gone already tells nothing any more.
        if (signal.aborted) leave();
        else signal.addEventListener('abort', leave, { once: true });
        const run = { tenantId: caller.tenantId, id: params.id };
        const stream = Readable.from(streamRun(deps, run, { signal, until: caller.expiresAt }));
        return { stream, type: 'text/event-stream' };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/runs/:id/cancel`,
      summary: 'Cancel a run; what is already done stays done',
      tag: 'Runs',
      answers: { 200: runAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        const before = await findRun(db, caller.tenantId, params.id);
        if (before.state !== 'running' && before.state !== 'scheduled') throw runEnded();
        return { data: presentRun(await cancelRun(db, caller.tenantId, params.id), clock.now()) };
      },
    }),
  ];
}

function startRoute(deps: RunRouteDeps, address: string, direction: RunDirection): Route {
  const { db, clock, requireActive, waiters } = deps;
  return defineRoute({
    method: 'post',
    path: `${bitrix24Address}/sync/${address}`,
    summary: `Start a run ${direction === 'to_bitrix' ? 'from the CRM to Bitrix24' : 'from Bitrix24 to the CRM'}`,
    tag: 'Runs',
    answers: { 200: runCountsAnswer, 202: startedRunAnswer },
    failures: [502],
    role: 'admin',
    body: runRequestSchema,
    async handle({ caller, body, signal }) {
      const { tenantId } = caller;
      const options = toRunOptions(body, direction);
      await requireActive(tenantId);
      refuseUnmeant(body);
      await requireGoing(db, tenantId, { entities: options.entities, localId: null });
      await refuseUnknown(deps, tenantId, options);
      const start = () => startRun(db, { ...options, tenantId, requestedBy: caller.subject });
      if (!body.wait) {
        return { status: 202, data: presentRun(await start(), clock.now()), message: runStarted };
      }
      const waiting = { signal, timeoutMs: longestWaitMs, pollMs: waitPollMs };
      const run = await waiters.hold(tenantId, async () =>
        waitForRun({ db, clock }, tenantId, (await start()).id, waiting),
      );
      const isOver = run.state !== 'running';
      return {
        status: isOver ? 200 : 202,
        data: presentCounts(run, clock.now()),
        message: isOver ? runFinished : runStarted,
      };
    },
  });
}

/** A run's filter is held against the portal and the CRM as a saved scope is. */
async function refuseUnknown(deps: RunRouteDeps, tenantId: number, { entities, filter }: RunOptions): Promise<void> {
  const [entity] = entities;
  if (!entity || !(filter.crm ?? filter.bitrix24)) return;
  const problems = await checkScope(deps, { tenantId, entity, path: 'filter' }, filter);
  if (problems.length === 0) return;
  throw invalidRequest(
    {
      ru: `Запуск не начат: ${problems.map(({ path, problem }) => `${path} — ${problem.ru}`).join('; ')}`,
      en: `The run was not started: ${problems.map(({ path, problem }) => `${path}: ${problem.en}`).join('; ')}`,
    },
    problems,
  );
}

const runStarted = { ru: 'Синхронизация запущена', en: 'The synchronisation has started' };
const runFinished = { ru: 'Синхронизация завершена', en: 'The synchronisation has finished' };

function runEnded(): AppError {
  return new AppError({
    code: 'run_ended',
    status: 409,
    text: { ru: 'Эта синхронизация уже закончилась', en: 'This run has already ended' },
  });
}
