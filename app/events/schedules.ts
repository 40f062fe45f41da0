import type { CronJob } from '../jobs/cron.ts';
import type { Task } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import { type Database, queryRows } from '../models/database.ts';
import { countGrownTables } from '../models/table-statistics.ts';
import { listTenantsToRetrySearches } from '../sync/faults/fault-store.ts';
import { listTenantsToReadAgain, tryIdleFaults } from '../sync/faults/idle-faults.ts';
import { listTenantsWithDueTasks } from '../sync/tasks/task-store.ts';
import { listDueLooks } from './local-look.ts';
import { lastNightlyMoment, lastWeeklyMoment } from './night.ts';

export interface SchedulesDeps {
  db: Database;
  clock: Clock;
  wake(task: Exclude<Task, 'reconcile'>, tenantIds: readonly number[]): Promise<void>;
  /** Tenants whose portal keeps an offline queue for us. */
  listOfflineTenants(): Promise<number[]>;
  /** Tenants whose app works in their portal. */
  listInstalledTenants(): Promise<number[]>;
  /** Tenants whose suspended connection may come back by itself. */
  listRecoverableTenants(): Promise<number[]>;
  /** Starts the runs whose time has come. */
  startScheduledRuns(): Promise<void>;
  /** Forgets installations that no company claimed. */
  purgePending(): Promise<void>;
  /** Companies that have something to tell, or want to be told. */
  listTenantsWithAlerts(): Promise<number[]>;
  /** Drops alerts and their messages that were kept for long enough. */
  purgeAlerts(): Promise<void>;
  /** Drops requests that were kept for long enough. */
  purgeRequests(): Promise<void>;
  /** Drops what is only asked for while it is young: what people did on the pages, limits of portals that are not called any more. */
  purgeOld(): Promise<void>;
  /** Seconds between two sweeps of one tenant. */
  sweepIntervalSec: number;
}

/** How often it is looked whose night has come: portals are quiet at night, each in its own time zone. */
const everyFiveMinutes = '37 2-59/5 * * * *';
const hourly = '11 17 * * * *';
const daily = '49 51 3 * * *';
const weekly = '0 41 4 * * 0';

/** Tries again what failed, and looks that wait for open transactions. */
const everyFiveSeconds = '*/5 * * * * *';
const everyMinute = '7 * * * * *';
/** A plan that was paid for, a right that was given back, a portal that opened again: found without a person. */
const everyHalfHour = '23 5,35 * * * *';

/** The schedules of everything that looks for what events missed. Each firing only wakes jobs; they run one at a time per tenant. */
export function makeSchedules(deps: SchedulesDeps): CronJob[] {
  const { db, clock, wake, sweepIntervalSec } = deps;
  return [
    {
      name: 'sweep',
      // Short intervals are for tests and demonstrations.
      expression: sweepIntervalSec < 30 ? '* * * * * *' : '*/10 * * * * *',
      run: async () => wake('sweep', await takeDueSweeps(db, sweepIntervalSec)),
    },
    {
      name: 'nightly',
      expression: everyFiveMinutes,
      run: () => searchAtNight(deps),
    },
    ...dueSchedules(deps),
    {
      name: 'duplicate_check',
      expression: everyFiveMinutes,
      run: async () => wake('duplicate_check', await takeNightly(db, 'weekly_fired_at', clock.now())),
    },
    {
      name: 'offline',
      expression: everyMinute,
      run: async () => wake('offline', await deps.listOfflineTenants()),
    },
    {
      name: 'recheck',
      expression: everyHalfHour,
      run: async () =>
        wake('recheck', [
          ...new Set([...(await deps.listRecoverableTenants()), ...(await listTenantsToReadAgain(db))]),
        ]),
    },
    { name: 'scheduled_runs', expression: everyMinute, run: deps.startScheduledRuns },
    {
      name: 'alerts',
      expression: everyMinute,
      run: async () => wake('alerts', await deps.listTenantsWithAlerts()),
    },
    { name: 'purge_alerts', expression: hourly, run: deps.purgeAlerts },
    { name: 'purge_pending', expression: weekly, run: deps.purgePending },
    { name: 'purge_requests', expression: hourly, run: deps.purgeRequests },
    { name: 'purge_old', expression: daily, run: deps.purgeOld },
  ];
}

/** What has a moment of its own: it is looked every few seconds whose moment has come. */
function dueSchedules({ db, clock, wake }: SchedulesDeps): CronJob[] {
  return [
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
    { name: 'idle_faults', expression: everyFiveSeconds, run: () => tryIdleFaults(db) },
    { name: 'table_statistics', expression: everyFiveSeconds, run: async () => void (await countGrownTables(db)) },
    {
      name: 'portal_tasks',
      expression: everyFiveSeconds,
      run: async () => wake('portal_tasks', await listTenantsWithDueTasks(db, clock.now())),
    },
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

/** What each tenant's night is for. A subscription that the portal lost, and an offline queue that its plan grants again, are found too. */
async function searchAtNight({ db, clock, wake, listInstalledTenants }: SchedulesDeps): Promise<void> {
  const tenantIds = await takeNightly(db, 'nightly_fired_at', clock.now());
  if (tenantIds.length === 0) return;
  await wake('deletion_sweep', tenantIds);
  await wake('local_look', tenantIds);
  const installed = new Set(await listInstalledTenants());
  await wake(
    'bind',
    tenantIds.filter((id) => installed.has(id)),
  );
}

const momentOf = { nightly_fired_at: lastNightlyMoment, weekly_fired_at: lastWeeklyMoment };

/**
 * Tenants whose moment of the night, or of the week, has come since the last firing; taking them notes this one. A night that the
 * process slept through, or that the tenant was paused in, is made up for. The first night of a connection is the first after it was made.
 */
export async function takeNightly(db: Database, column: keyof typeof momentOf, now: Date): Promise<number[]> {
  const rows = await queryRows<{ id: number; offset: number; firedAt: Date }>(
    db,
    `select tenant_id as id, utc_offset_min as offset, ${column} as "firedAt"
       from bitrix24_connections join bitrix24_effective_connections e using (tenant_id, kind)
      where e.state = 'active' and (e.paused_until is null or e.paused_until <= now())`,
  );
  const due = rows.filter((row) => row.firedAt < momentOf[column](row.id, row.offset, now)).map((row) => row.id);
  if (due.length > 0) {
    await queryRows(db, `update bitrix24_connections set ${column} = $now where tenant_id = any($due)`, { due, now });
  }
  return due;
}
