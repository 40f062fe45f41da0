import { type Database, queryRows } from '../models/database.ts';
import { type Fault, listOpenFaults } from '../sync/faults/fault-store.ts';
import { readUndelayedUntil } from '../sync/journal/completeness.ts';
import type { AlertSettings } from './alert-settings.ts';

/** What is so in a company just now, as far as alerts look at it; moments by the database's clock. */
export interface AlertFacts {
  now: Date;
  /** Null: the company is connected to no portal. */
  connection: {
    portal: string;
    state: 'active' | 'suspended';
    error: string | null;
    suspendedAt: Date | null;
    /** When the tokens of the installation were renewed last; null for a webhook. */
    refreshedAt: Date | null;
    planEndsAt: Date | null;
  } | null;
  /** The app was removed from this portal, and nothing took its place. */
  removed: { portal: string; at: Date } | null;
  faults: Fault[];
  /** Errors of the last hour that are open, counted up to one more than is allowed. */
  newErrors: { count: number; since: Date | null };
  /** Every change up to then is applied, but for what a person paused. */
  completeUntil: Date | null;
  held: { count: number; since: Date | null };
  oldConflicts: { count: number; since: Date | null };
}

interface Counted {
  now: Date;
  connection: AlertFacts['connection'];
  removed: AlertFacts['removed'];
  errors: number;
  errorsSince: Date | null;
  held: number;
  heldSince: Date | null;
  conflicts: number;
  conflictsSince: Date | null;
}

/** Each part reads a few rows by an index; what can be many is counted up to what decides. */
const counts = `
  select now() as now, c.connection, r.removed, e.count as errors, e.since as "errorsSince", h.count as held,
         h.since as "heldSince", k.count as conflicts, k.since as "conflictsSince"
    from (select 1) as one
    left join lateral (
      select jsonb_build_object('portal', c.portal_host, 'state', c.state, 'error', c.error_message, 'suspendedAt', c.suspended_at,
               'planEndsAt', b.plan_ends_at, 'refreshedAt', (
                 select i.refreshed_at from bitrix24_installations i
                  where c.kind = 'installation' and i.tenant_id = c.tenant_id and i.state in ('active', 'suspended'))) as connection
        from bitrix24_effective_connections c join bitrix24_connections b using (tenant_id, kind)
       where c.tenant_id = $tenantId) c on true
    left join lateral (
      select jsonb_build_object('portal', i.portal_host, 'at', i.updated_at) as removed from bitrix24_installations i
       where i.tenant_id = $tenantId and i.state = 'uninstalled' and c.connection is null
       order by i.updated_at desc limit 1) r on true
    cross join lateral (
      select count(*)::integer as count, min(created_at) as since from (
        select created_at from integration_errors
         where tenant_id = $tenantId and status in ('pending', 'failed') and created_at > now() - interval '1 hour'
         limit $mostErrors + 1) e) e
    cross join lateral (
      select count(*)::integer as count, min(since) as since from sync_held where tenant_id = $tenantId and state = 'held') h
    cross join lateral (
      select count(*)::integer as count, min(created_at) as since from sync_conflicts
       where tenant_id = $tenantId and state = 'open' and created_at <= now() - make_interval(hours => $hours)) k`;

/** Reads what is so in a company. */
export async function readAlertFacts(db: Database, tenantId: number, settings: AlertSettings): Promise<AlertFacts> {
  const { errors_rise, old_conflict } = settings.causes;
  const [[row], faults, completeUntil] = await Promise.all([
    queryRows<Counted>(db, counts, { tenantId, mostErrors: errors_rise.count, hours: old_conflict.hours }),
    listOpenFaults(db, tenantId),
    readUndelayedUntil(db, tenantId),
  ]);
  if (!row) throw new Error('A select from one row has one row');
  const { now, connection, removed } = row;
  return {
    now,
    connection: connection && {
      ...connection,
      suspendedAt: toDate(connection.suspendedAt),
      refreshedAt: toDate(connection.refreshedAt),
      planEndsAt: toDate(connection.planEndsAt),
    },
    removed: removed && { portal: removed.portal, at: new Date(removed.at) },
    faults,
    newErrors: { count: row.errors, since: row.errorsSince },
    completeUntil,
    held: { count: row.held, since: row.heldSince },
    oldConflicts: { count: row.conflicts, since: row.conflictsSince },
  };
}

/** JSON has moments as texts. */
function toDate(moment: Date | string | null): Date | null {
  return moment === null ? null : new Date(moment);
}
