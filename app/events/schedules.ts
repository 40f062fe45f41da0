import type { CronJob } from '../jobs/cron.ts';
import { type Database, queryRows } from '../models/database.ts';

export interface SchedulesDeps {
  db: Database;
  wake(task: 'sweep' | 'deletion_sweep' | 'duplicate_check', tenantIds: readonly number[]): Promise<void>;
  /** Tenants whose connection may run now. */
  listActiveTenants(): Promise<number[]>;
  /** Seconds between two sweeps of one tenant. */
  sweepIntervalSec: number;
}

/** Portals are quiet at night; the odd minutes keep away from everybody else's round hours. */
const nightly = '0 17 3 * * *';
const weekly = '0 41 4 * * 0';

/** The schedules of everything that looks for what events missed. Each firing only wakes jobs; they run one at a time per tenant. */
export function makeSchedules({ db, wake, listActiveTenants, sweepIntervalSec }: SchedulesDeps): CronJob[] {
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
      name: 'duplicate_check',
      expression: weekly,
      run: async () => wake('duplicate_check', await listActiveTenants()),
    },
  ];
}

/** Tenants whose sweep is due; taking them sets the next one, so that two processes never take the same. */
async function takeDueSweeps(db: Database, intervalSec: number): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `update bitrix24_connections set next_sweep_at = now() + make_interval(secs => $intervalSec)
      where next_sweep_at <= now() and state = 'active' and (paused_until is null or paused_until <= now())
     returning tenant_id as id`,
    { intervalSec },
  );
  return rows.map((row) => row.id);
}
