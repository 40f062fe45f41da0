import type pg from 'pg';
import { databaseUnavailable, isConnectionLost } from '../lib/database-away.ts';
import type { Log } from '../lib/log.ts';

/**
 * Jobs that a worker can run for one tenant. The three ways to reconcile do the same and differ in whom they stand behind: `reconcile`
 * is for what a person changed, `reconcile_bulk` for runs and sweeps, `reconcile_slow` for portals that answer slowly.
 */
export const tasks = [
  'reconcile',
  'reconcile_bulk',
  'reconcile_slow',
  'sweep',
  'deletion_sweep',
  'duplicate_check',
  'offline',
  'local_look',
  'search_retry',
  'bind',
  'recheck',
  'alerts',
  'portal_tasks',
] as const;
export type Task = (typeof tasks)[number];

/** What a job is run with; `signal` tells it to come to an end. */
export interface TaskContext {
  signal: AbortSignal;
  log: Log;
  task: Task;
}

/** Which line of a tenant a task waits in: one of each runs at a time. */
const lineOf: Record<Task, 'tenant' | 'search' | 'connection' | 'alerts' | 'tasks'> = {
  reconcile: 'tenant',
  reconcile_bulk: 'tenant',
  reconcile_slow: 'tenant',
  sweep: 'search',
  deletion_sweep: 'search',
  duplicate_check: 'search',
  offline: 'search',
  local_look: 'search',
  search_retry: 'search',
  bind: 'connection',
  recheck: 'connection',
  alerts: 'alerts',
  portal_tasks: 'tasks',
};

/** Name of the serial queue of a tenant's task. */
export function lineName(task: Task, tenantId: number): string {
  return `${lineOf[task]}:${tenantId}`;
}

export type JobQueue = ReturnType<typeof makeJobQueue>;

/**
 * Makes the way to wake workers. A job carries nothing but its tenant: what is to be done stands in tables. A tenant is
 * reconciled by one job at a time in the whole cluster; its searches form a second serial queue, so that a long one does not hold up
 * what just changed, and what concerns its connection a third, what people are told a fourth, and tasks of the portal a fifth. A job that waits already is not doubled; one that waits in another lane
 * does not hold up an urgent one, because a line is closed only while one of its jobs runs. Each job is flagged with its task, so that a
 * look for a job can pass over the tasks whose slots are all taken.
 */
export function makeJobQueue({ pool }: { pool: pg.Pool }) {
  return {
    /** Wakes the tenants' workers, at once or at the moment given. Throws AppError `database_unavailable`. Repeat-safe. */
    async wake(task: Task, tenantIds: readonly number[], runAt?: Date): Promise<void> {
      if (tenantIds.length === 0) return;
      try {
        await pool.query(
          `select graphile_worker.add_job($1::text, payload => json_build_object('tenant_id', id),
                  queue_name => $4::text || ':' || id, job_key => $1::text || ':' || id, run_at => $3::timestamptz, max_attempts => 25,
                  flags => array[$1::text])
             from unnest($2::integer[]) as t (id)`,
          [task, tenantIds, runAt ?? null, lineOf[task]],
        );
      } catch (error) {
        throw isConnectionLost(error) ? databaseUnavailable(error) : error;
      }
    },
  };
}
