import type pg from 'pg';

/** Jobs that a worker can run for one tenant. */
export const tasks = [
  'reconcile',
  'sweep',
  'deletion_sweep',
  'duplicate_check',
  'offline',
  'local_look',
  'search_retry',
  'bind',
  'recheck',
] as const;
export type Task = (typeof tasks)[number];

/** Which line of a tenant a task waits in: one of each runs at a time. */
const lineOf: Record<Task, 'tenant' | 'search' | 'connection'> = {
  reconcile: 'tenant',
  sweep: 'search',
  deletion_sweep: 'search',
  duplicate_check: 'search',
  offline: 'search',
  local_look: 'search',
  search_retry: 'search',
  bind: 'connection',
  recheck: 'connection',
};

export type JobQueue = ReturnType<typeof makeJobQueue>;

/**
 * Makes the way to wake workers. A job carries nothing but its tenant: what is to be done stands in tables. A tenant is
 * reconciled by one job at a time in the whole cluster; its searches form a second serial queue, so that a long one does not hold up
 * what just changed, and what concerns its connection a third. A job that waits already is not doubled.
 */
export function makeJobQueue({ pool }: { pool: pg.Pool }) {
  return {
    /** Wakes the tenants' workers, at once or at the moment given. Repeat-safe. */
    async wake(task: Task, tenantIds: readonly number[], runAt?: Date): Promise<void> {
      if (tenantIds.length === 0) return;
      await pool.query(
        `select graphile_worker.add_job($1::text, payload => json_build_object('tenant_id', id),
                queue_name => $4::text || ':' || id, job_key => $1::text || ':' || id, run_at => $3::timestamptz, max_attempts => 25)
           from unnest($2::integer[]) as t (id)`,
        [task, tenantIds, runAt ?? null, lineOf[task]],
      );
    },
  };
}
