import type { CronJob } from '../jobs/cron.ts';
import type { Task } from '../jobs/queue.ts';
import { type Database, queryRows } from '../models/database.ts';
import { listTenantsToRetrySearches } from '../sync/faults/fault-store.ts';
import { listDueLooks } from './local-look.ts';

export interface SchedulesDeps {
  db: Database;
  wake(task: Exclude<Task, 'reconcile'>, tenantIds: readonly number[]): Promise<void>;
  /** Tenants whose connection may run now. */
  listActiveTenants(): Promise<number[]>;
  /** Tenants whose portal keeps an offline queue for us. */
  listOfflineTenants(): Promise<number[]>;
  /** Tenants whose app works in their portal. */
  listInstalledTenants(): Promise<number[]>;
  /** Tenants whose suspended connection may come back by itself. */
  listRecoverableTenants(): Promise<number[]>;
  /** Forgets installations that nobody claimed. */
  purgePending(): Promise<void>;
  /** Seconds between two sweeps of one tenant. */
  sweepIntervalSec: number;
}

/** Portals are quiet at night; the odd minutes keep away from everybody else's round hours. */
const nightly = '0 17 3 * * *';
const weekly = '0 41 4 * * 0';

/** Tries again what failed, and looks that wait for open transactions. */
const everyFiveSeconds = '*/5 * * * * *';
const everyMinute = '7 * * * * *';
/** A plan that was paid for, a right that was given back, a portal that opened again: found without a person. */
const everyHalfHour = '23 5,35 * * * *';

/** The schedules of everything that looks for what events missed. Each firing only wakes jobs; they run one at a time per tenant. */
export function makeSchedules(deps: SchedulesDeps): CronJob[] {
  const { db, wake, listActiveTenants, sweepIntervalSec } = deps;
  return [
    {
      name: 'sweep',
      // Short intervals are for tests and demonstrations.
      expression: sweepIntervalSec < 30 ? '* * * * * *' : '*/10 * * * * *',
      run: async () => wake('sweep', await takeDueSweeps(db, sweepIntervalSec)),
    },
    {
      name: 'deletion_sweep',
      expression: nightly,
      run: async () => wake('deletion_sweep', await listActiveTenants()),
    },
    {
      name: 'local_look',
      expression: nightly,
      run: async () => wake('local_look', await listActiveTenants()),
    },
    {
      name: 'due_looks',
      expression: everyFiveSeconds,
      run: async () => wake('local_look', await listDueLooks(db)),
    },
    {
      name: 'search_retry',
      expression: everyFiveSeconds,
      run: async () => wake('search_retry', await listTenantsToRetrySearches(db)),
    },
    {
      // A subscription that the portal lost, an offline queue that the plan grants again.
      name: 'bind',
      expression: nightly,
      run: async () => wake('bind', await deps.listInstalledTenants()),
    },
    {
      name: 'duplicate_check',
      expression: weekly,
      run: async () => wake('duplicate_check', await listActiveTenants()),
    },
    {
      name: 'offline',
      expression: everyMinute,
      run: async () => wake('offline', await deps.listOfflineTenants()),
    },
    {
      name: 'recheck',
      expression: everyHalfHour,
      run: async () => wake('recheck', await deps.listRecoverableTenants()),
    },
    { name: 'purge_pending', expression: weekly, run: deps.purgePending },
  ];
}

/**
 * Tenants whose sweep is due; taking them sets the next one, so that two processes never take the same. A company's first connection is
 * swept an interval after it was made: until then everything is new to both sides. One that was connected before is swept at once.
 */
async function takeDueSweeps(db: Database, intervalSec: number): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `update bitrix24_connections c set next_sweep_at = now() + make_interval(secs => $intervalSec)
      where (tenant_id, kind) in (select tenant_id, kind from bitrix24_effective_connections)
        and coalesce(next_sweep_at,
                     case when not exists (select 1 from sync_watermarks w where w.tenant_id = c.tenant_id)
                          then created_at + make_interval(secs => $intervalSec) end,
                     now()) <= now()
        and state = 'active' and (paused_until is null or paused_until <= now())
     returning tenant_id as id`,
    { intervalSec },
  );
  return rows.map((row) => row.id);
}
