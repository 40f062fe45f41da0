import type { Clock } from '../lib/clock.ts';
import { entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { countOpenFaults } from '../sync/faults/open-faults.ts';
import { readCompleteUntil } from '../sync/journal/completeness.ts';
import { countHeld } from '../sync/journal/held-deletions.ts';
import { countWaitingMatches } from '../sync/journal/matches.ts';
import { readPauses } from '../sync/load/read-pauses.ts';

/** The log is long; the counts of what was applied speak of this many days. */
const countedDays = 30;

const kinds = ['auth', 'network', 'validation', 'limit', 'conflict', 'gone'] as const;

interface MappingCounts {
  total_mappings: number;
  object_mappings: number;
  user_mappings: number;
  contract_mappings: number;
  last_sync_time: Date | null;
}

async function countExcluded(db: Database, tenantId: number): Promise<ByEntity<number>> {
  const rows = await queryRows<{ entity: string; count: number }>(
    db,
    `select local_type as entity, count(*)::integer as count from bitrix24_sync_mappings
      where tenant_id = $tenantId and excluded is not null and state = 'linked' group by local_type`,
    { tenantId },
  );
  const counts = new Map(rows.map(({ entity, count }) => [entity, count]));
  return { contract: counts.get('contract') ?? 0, user: counts.get('user') ?? 0, object: counts.get('object') ?? 0 };
}

type ByDirection = Record<'to_bitrix' | 'from_bitrix', number>;
type ByEntity<Value> = Record<(typeof entities)[number], Value>;

/**
 * Counts for a tenant, in the shape that callers know. `sync` adds what was applied in the last 30 days and what is in error
 * now, by kind of record and direction, how long the oldest due record has been waiting (`lag_sec`), how many
 * faults are open, and the moment up to which every change is applied (`complete_until`; null: nothing can be said yet);
 * `paused` says what rests since when and by whom: it is no lag; `held` deletions and `matches_waiting` records wait for a person;
 * `excluded` linked pairs are outside of the scope. Of the errors `errors_failed` wait for a person, not counted those put off, and `errors_retrying` are tried again
 * by themselves; `running` is the run under way.
 */
export async function readStats(db: Database, clock: Clock, tenantId: number) {
  const [mappings, applied, errors, errorKinds, lagSec, faults, completeUntil, held, matches, excluded, paused, own] =
    await Promise.all([
      countMappings(db, tenantId),
      countApplied(db, tenantId),
      countOpenErrors(db, tenantId),
      countErrorKinds(db, tenantId),
      measureLag(db, tenantId),
      countOpenFaults(db, tenantId),
      readCompleteUntil(db, tenantId),
      countHeld(db, tenantId),
      countWaitingMatches(db, tenantId),
      countExcluded(db, tenantId),
      readPauses(db, tenantId),
      readErrorsAndRun(db, tenantId),
    ]);
  return {
    mappings: { ...mappings, last_sync_time: mappings.last_sync_time?.toISOString() ?? null },
    errors_count: Object.values(errorKinds).reduce((sum, count) => sum + count, 0),
    errors_failed: own.errors_failed,
    errors_retrying: own.errors_retrying,
    running: own.running,
    held,
    matches_waiting: matches,
    excluded,
    service_name: 'Битрикс24',
    generated_at: clock.now().toISOString(),
    sync: {
      days: countedDays,
      success: applied,
      errors,
      errors_by_kind: errorKinds,
      lag_sec: lagSec,
      faults,
      complete_until: completeUntil?.toISOString() ?? null,
      paused,
    },
  };
}

async function countMappings(db: Database, tenantId: number): Promise<MappingCounts> {
  const [counts] = await queryRows<MappingCounts>(
    db,
    `select coalesce(sum(mappings), 0)::integer as total_mappings,
            coalesce(sum(mappings) filter (where local_type = 'object'), 0)::integer as object_mappings,
            coalesce(sum(mappings) filter (where local_type = 'user'), 0)::integer as user_mappings,
            coalesce(sum(mappings) filter (where local_type = 'contract'), 0)::integer as contract_mappings,
            max(last_sync_at) as last_sync_time
       from sync_mapping_counts where tenant_id = $tenantId`,
    { tenantId },
  );
  if (!counts) throw new Error('An aggregate without groups has always one row');
  return counts;
}

interface Count {
  entity: string;
  direction: string;
  count: number;
}

async function countApplied(db: Database, tenantId: number): Promise<ByEntity<ByDirection>> {
  const rows = await queryRows<Count>(
    db,
    `select entity, direction, sum(applied)::integer as count from sync_log_hours
      where tenant_id = $tenantId and hour > now() - make_interval(days => ${countedDays})
      group by entity, direction`,
    { tenantId },
  );
  return byEntity(rows);
}

async function countOpenErrors(db: Database, tenantId: number): Promise<ByEntity<ByDirection>> {
  const rows = await queryRows<Count>(
    db,
    `select local_type as entity, count(*)::integer as count,
            case when local_id is null or operation like 'import%' then 'from_bitrix' else 'to_bitrix' end as direction
       from integration_errors where tenant_id = $tenantId and status <> 'resolved' and local_type is not null
      group by 1, 3`,
    { tenantId },
  );
  return byEntity(rows);
}

function byEntity(rows: readonly Count[]): ByEntity<ByDirection> {
  const countOf = (entity: string, direction: string) =>
    rows
      .filter((row) => row.entity === entity && (row.direction === direction || row.direction === 'bidirectional'))
      .reduce((sum, row) => sum + row.count, 0);
  const directions = (entity: string): ByDirection => ({
    to_bitrix: countOf(entity, 'to_bitrix'),
    from_bitrix: countOf(entity, 'from_bitrix'),
  });
  return Object.fromEntries(entities.map((entity) => [entity, directions(entity)])) as ByEntity<ByDirection>;
}

async function countErrorKinds(db: Database, tenantId: number): Promise<Record<string, number>> {
  const rows = await queryRows<{ kind: string; count: number }>(
    db,
    `select kind, count(*)::integer as count from integration_errors
      where tenant_id = $tenantId and status <> 'resolved' group by kind`,
    { tenantId },
  );
  const none = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.kind, row.count])) };
}

interface ErrorsAndRun {
  errors_failed: number;
  errors_retrying: number;
  running: { id: number; done: number; total: number } | null;
}

async function readErrorsAndRun(db: Database, tenantId: number): Promise<ErrorsAndRun> {
  const [row] = await queryRows<ErrorsAndRun>(
    db,
    `select (select count(*)::integer from integration_errors where tenant_id = $tenantId and status = 'failed'
               and coalesce(snoozed_until <= now(), true)) as errors_failed,
            (select count(*)::integer from integration_errors where tenant_id = $tenantId and status = 'pending') as errors_retrying,
            (select jsonb_build_object('id', id, 'done', done, 'total', total) from sync_runs
              where tenant_id = $tenantId and state = 'running' limit 1) as running`,
    { tenantId },
  );
  return row ?? { errors_failed: 0, errors_retrying: 0, running: null };
}

async function measureLag(db: Database, tenantId: number): Promise<number> {
  const [row] = await queryRows<{ lag: number | null }>(
    db,
    `select extract(epoch from now() - due_at)::float8 as lag from sync_queue
      where tenant_id = $tenantId
        and not exists (select 1 from sync_pauses p where p.tenant_id = $tenantId and p.entity is null)
      order by due_at limit 1`,
    { tenantId },
  );
  return Math.max(0, Math.round(row?.lag ?? 0));
}
