import { type Database, queryRows } from '../models/database.ts';
import { decisions } from '../sync/journal/sync-log.ts';

export interface HourlyCount {
  /** Start of the hour. */
  hour: Date;
  /** Changes that were applied. */
  synchronised: number;
  /** Records (or whole connections) that began to fail in this hour, mended since or not. */
  failed: number;
}

/** What was applied and what began to fail in each of the last `hours` hours, the present one last; hours without either are zeros. */
export function readHourlyStats(db: Database, tenantId: number, hours: number): Promise<HourlyCount[]> {
  return queryRows<HourlyCount>(
    db,
    `with bounds as (
       select date_trunc('hour', now(), 'UTC') as last, date_trunc('hour', now(), 'UTC') - make_interval(hours => $hours - 1) as first),
     done as (
       select date_trunc('hour', created_at, 'UTC') as hour, count(*)::integer as count from sync_log, bounds
        where tenant_id = $tenantId and created_at >= first and operation <> all($decisions) group by 1),
     failed as (
       select date_trunc('hour', created_at, 'UTC') as hour, count(*)::integer as count from integration_errors, bounds
        where tenant_id = $tenantId and created_at >= first group by 1)
     select hour, coalesce(done.count, 0) as synchronised, coalesce(failed.count, 0) as failed
       from bounds cross join generate_series(first, last, interval '1 hour') as hour
       left join done using (hour) left join failed using (hour) order by hour`,
    { tenantId, hours, decisions },
  );
}
