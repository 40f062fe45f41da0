import type { Config } from '../config/config.ts';
import { Bitrix24Error } from './bitrix24/errors.ts';
import type { RunSql } from './bitrix24/limits/bucket.ts';
import { dropIdleLimits } from './bitrix24/limits/idle.ts';
import type { Alerts } from './compose-alerts.ts';
import type { Portals } from './compose-portals.ts';
import { makeDeletionSweep } from './events/deletion-sweep.ts';
import { makeDuplicateCheck } from './events/duplicate-check.ts';
import { makeLocalLook } from './events/local-look.ts';
import { makeOffline } from './events/offline.ts';
import { makeSchedules } from './events/schedules.ts';
import { makeSearching, type SearchName } from './events/searching.ts';
import { makeSweep } from './events/sweep.ts';
import { dropOldActions } from './integration/visitor-actions.ts';
import type { DueCheck } from './jobs/due-check.ts';
import type { JobQueue, TaskContext } from './jobs/queue.ts';
import type { Handlers } from './jobs/worker.ts';
import { checkReadableKinds, listUnreadableKinds } from './portals/connection/readable-kinds.ts';
import { dropOldDays } from './portals/connection/request-days.ts';
import { finishErasure } from './portals/install/erase-portal.ts';
import type { SyncDeps } from './sync/deps.ts';
import { makeReconcile } from './sync/reconcile.ts';
import { makeReconcileJob } from './sync/reconcile-job.ts';
import { startScheduledRuns } from './sync/runs/runs.ts';
import { lookAtTasks } from './sync/tasks/look-at-tasks.ts';

export interface JobDeps {
  config: Config;
  syncDeps: SyncDeps;
  runSql: RunSql;
  portals: Portals;
  alerts: Alerts;
  queue: JobQueue;
  dueCheck: DueCheck;
  /** How long a portal may take before its tenant leaves the slots that people wait for, in ms. */
  patience: { readMs: number; writeMs: number } | undefined;
}

/** Builds what a worker runs: a handler for each task, and the schedules. */
export function composeJobs(deps: JobDeps) {
  const { config, portals, alerts, queue } = deps;
  const { db, clock } = deps.syncDeps;
  const { connections, installations } = portals;
  return {
    handlers: handlersOf(deps),
    schedules: makeSchedules({
      ...{ db, clock, wake: queue.wake },
      listRecoverableTenants: connections.listRecoverableTenants,
      listInstalledTenants: () => installations.listActiveTenants({ offline: false }),
      listOfflineTenants: () => installations.listActiveTenants({ offline: true }),
      startScheduledRuns: () => startScheduledRuns(db),
      purgePending: installations.purgePending,
      ...{ listTenantsWithAlerts: alerts.listTenants, purgeAlerts: alerts.dropOld },
      purgeRequests: () => dropOldDays(db, clock.now()),
      async purgeOld() {
        await dropOldActions(db);
        await dropIdleLimits(deps.runSql);
      },
      sweepIntervalSec: config.sweepIntervalSec,
    }),
    /** What a process does first: subscriptions are checked, and what came while no process could be called is fetched. */
    async wakeInstalled(): Promise<void> {
      await queue.wake('bind', await installations.listActiveTenants({ offline: false }));
      await queue.wake('offline', await installations.listActiveTenants({ offline: true }));
    },
  };
}

function handlersOf({ config, syncDeps, portals, alerts, queue, dueCheck, patience }: JobDeps): Handlers {
  const { db } = syncDeps;
  const { connections, health } = portals;
  const reconcileJob = makeReconcileJob({
    ...{ wakeDue: dueCheck.wakeDue, markSlow: connections.markSlow },
    reconcile: makeReconcile(syncDeps),
    ...(patience && { patience }),
  });
  const searching = searchingOf(syncDeps, portals, queue);
  const search = (name: SearchName) => (tenantId: number, context: TaskContext) =>
    searching.run(name, tenantId, context);
  return {
    async reconcile(tenantId, context) {
      await finishErasure(db, tenantId);
      await reconcileJob(tenantId, context);
    },
    reconcile_bulk: reconcileJob,
    reconcile_slow: reconcileJob,
    sweep: search('sweep'),
    deletion_sweep: search('deletion_sweep'),
    duplicate_check: search('duplicate_check'),
    offline: search('offline'),
    local_look: search('local_look'),
    search_retry: searching.retryDue,
    alerts: alerts.run,
    portal_tasks: (tenantId, context) =>
      lookAtTasks({ ...syncDeps, lookEverySec: config.sweepIntervalSec }, tenantId, context),
    async bind(tenantId, context) {
      try {
        await portals.bind(tenantId, context);
      } catch (error) {
        // What is not the end of the connection is tried again by the queue; meanwhile records are synchronised all the same.
        if (!(error instanceof Bitrix24Error) || error.kind !== 'auth') throw error;
        await connections.suspend(tenantId, error);
        // With another chain of tokens the steps are tried again by the queue.
        if ((await connections.find(tenantId))?.state === 'active') throw error;
      }
    },
    // The report resumes a connection that answers again.
    async recheck(tenantId) {
      health.forget(tenantId);
      await health.report(tenantId);
      const isUnreadable = (await listUnreadableKinds(db, tenantId)).length > 0;
      if (!isUnreadable || (await connections.find(tenantId))?.state !== 'active') return;
      await checkReadableKinds(syncDeps, await syncDeps.clientFor(tenantId), tenantId, 'normal');
    },
  };
}

function searchingOf(syncDeps: SyncDeps, portals: Portals, queue: JobQueue) {
  const { db, clock, connections, clientFor, timings, random } = syncDeps;
  return makeSearching({
    ...{ db, clock, connections, timings, random, wake: queue.wake },
    searches: {
      sweep: makeSweep({ db, clock, clientFor }),
      deletion_sweep: makeDeletionSweep({ db, clientFor }),
      duplicate_check: makeDuplicateCheck({ db, clientFor }),
      offline: makeOffline({ db, queueOf: portals.offlineQueueOf, noteMode: portals.noteOfflineMode }),
      local_look: makeLocalLook({ db }),
    },
  });
}
