import { entities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** What is known of a tenant's open ends; every moment by the database's clock. */
export interface OpenEnds {
  now: Date;
  /** When the oldest change that waits in the queue was queued; null when nothing waits. */
  oldestQueuedAt: Date | null;
  /** For each kind that was swept: every change in the portal up to this moment has been queued. */
  seenUntil: Partial<Record<(typeof entities)[number], Date>>;
}

/**
 * The moment T of which can be said: every change up to T, on either side, is applied. Pure. It is the earliest of
 * - now;
 * - the oldest entry of the queue, of either side. An entry keeps the time of the first change that is not applied, however often the
 *   record changes again (`queued_at`; after a pass that was overtaken: the time of that pass);
 * - for the portal's side, the moment up to which the sweep of each kind has surely seen every change. Events and the offline queue
 *   bring changes sooner, but only a sweep proves that none was lost, so they count by what they put into the queue.
 * Null while a kind was never swept: nothing can be said yet. What was given up after its attempts, or is in conflict, is no part of it:
 * it stands among the errors and conflicts, each with its record.
 */
export function completeUntil({ now, oldestQueuedAt, seenUntil }: OpenEnds): Date | null {
  const seen = entities.map((entity) => seenUntil[entity]?.getTime());
  if (seen.includes(undefined)) return null;
  const moments = [now.getTime(), oldestQueuedAt?.getTime(), ...seen];
  return new Date(Math.min(...moments.filter((moment) => moment !== undefined)));
}

interface RawEnds {
  now: Date;
  oldest: Date | null;
  seen: Record<string, string> | null;
}

/**
 * The subqueries take one step in an index each, whatever the length of the queue; only what rests is passed over row by row. A kind that
 * is synchronised when a person asks is no part of what is said. `passedOver` are reasons to wait that are no part of it either.
 */
const openEnds = (passedOver: string) => `
  select now() as now, (select min(queued_at) from sync_queue q where q.tenant_id = c.tenant_id
                           and coalesce(q.waits_for, '') not in (${passedOver})) as oldest,
         (select jsonb_object_agg(entity, seen_until) from sync_watermarks w where w.tenant_id = c.tenant_id) as seen
    from bitrix24_effective_connections c`;

/** The moment T of a connected tenant; null when nothing can be said, or nothing is connected. */
export async function readCompleteUntil(db: Database, tenantId: number): Promise<Date | null> {
  const [row] = await queryRows<RawEnds>(db, `${openEnds(`'by_hand'`)} where c.tenant_id = $tenantId`, { tenantId });
  return row ? completeUntil(toOpenEnds(row)) : null;
}

/** Of what no person paused. A tenant that rests as a whole has nothing that is late. */
const lateEnds = `${openEnds(`'by_hand', 'paused'`)}
   where not exists (select 1 from sync_pauses p where p.tenant_id = c.tenant_id and p.entity is null)`;

/** The same moment for what no person paused: a pause is no delay. Null when nothing can be said, or everything is paused. */
export async function readUndelayedUntil(db: Database, tenantId: number): Promise<Date | null> {
  const [row] = await queryRows<RawEnds>(db, `${lateEnds} and c.tenant_id = $tenantId`, { tenantId });
  return row ? completeUntil(toOpenEnds(row)) : null;
}

/**
 * Seconds from T to now of the tenant that is furthest behind, among those whose connection works; 0 without any. What a person paused is
 * no delay: it is left out here, while T itself stands at it.
 */
export async function readWorstLag(db: Database): Promise<number> {
  const rows = await queryRows<RawEnds>(db, `${lateEnds} and c.state = 'active'`);
  const lags = rows.map(toOpenEnds).map((ends) => {
    const until = completeUntil(ends);
    return until ? (ends.now.getTime() - until.getTime()) / 1000 : 0;
  });
  return Math.max(0, ...lags);
}

function toOpenEnds({ now, oldest, seen }: RawEnds): OpenEnds {
  const seenUntil = Object.fromEntries(Object.entries(seen ?? {}).map(([entity, at]) => [entity, new Date(at)]));
  return { now, oldestQueuedAt: oldest, seenUntil };
}
