import type { Bitrix24Client, ListedRecord, ListStart } from '../bitrix24/client.ts';
import { isChangedSince } from '../bitrix24/list-pages.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Entity, entities, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { databaseName } from '../models/database-name.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { readOrigin } from '../sync/plan/origin-id.ts';
import { isPlaced } from '../sync/plan/placement.ts';
import { asksForLists } from '../sync/plan/scope-lists.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { Search } from './searching.ts';
import { type TimeFilter, timeFilterOf } from './time-filter.ts';
import { readWatermark, saveWatermark, type Watermark } from './watermarks.ts';

export interface SweepDeps {
  db: Database;
  clock: Clock;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** Clocks of a portal's servers differ, and a change becomes visible a little after the time it carries. */
const overlapMs = 5 * 60_000;

/** `updatedTime` counts whole seconds, so a second change within the same second looks like the first. */
const resolutionMs = 2000;

/** A portal that does not filter by time has to list everything: that is worth a request of many pages once an hour. */
const wholeListEveryMs = 3_600_000;

/** So few finds are people's edits whose events were lost: they do not wait behind a run. */
const urgentFinds = 50;

/** One kind of one tenant's sweep. */
interface Sweep {
  tenantId: number;
  entity: Entity;
  client: Bitrix24Client;
  timeFilter: TimeFilter;
  importNew: boolean;
  signal: AbortSignal;
}

/**
 * Makes the sweep: lists what changed in the portal since the watermark, and what has an id above the highest seen, and queues what the
 * app does not know yet. A record restored from the recycle bin is found by its new id, because it keeps its old time of change. The
 * watermark moves to the portal's own time at the start of the listing, after the last page is stored. Each kind is a part of its own.
 * Repeat-safe.
 */
export function makeSweep({ db, clock, clientFor }: SweepDeps): Search {
  return async (tenantId, { part, signal, log }) => {
    const settings = await readSettings({ db }, tenantId);
    // No event tells that a funnel or a stage is gone which a rule names (events.md, 2026-08-13).
    // Nor that a person was dismissed, or a place of new records is gone; what is read is told by its reader.
    if (entities.some((entity) => isPlaced(settings.placement, entity)))
      await part(null, async () => void (await (await clientFor(tenantId)).choices({ signal })));
    else if (asksForLists(settings.scope))
      await part(null, async () => void (await (await clientFor(tenantId)).lists({ signal })));
    for (const entity of entities) {
      await part(entity, async () => {
        const client = await clientFor(tenantId);
        const timeFilter = await timeFilterOf(db, client, tenantId, { signal });
        const importNew = settings.import_new[entity];
        await sweepKind({ db, clock, log }, { tenantId, entity, client, timeFilter, importNew, signal });
      });
    }
  };
}

async function sweepKind({ db, clock, log }: { db: Database; clock: Clock; log: Log }, sweep: Sweep): Promise<void> {
  const { tenantId, entity, client, signal } = sweep;
  const mark = await readWatermark(db, tenantId, entity);
  const changedSince = new Date(mark.seenUntil.getTime() - overlapMs);
  const lists = listsOf(sweep.timeFilter, mark, { changedSince, now: clock.now() });
  if (lists.length === 0) return;
  const first = await client.firstPages(entity, lists, { signal });
  const skewMs = first.serverTime.getTime() - clock.now().getTime();
  const finds = makeFinds(db, { tenantId, entity });
  let { highestId } = mark;
  let requests = 1;
  for (const [index, list] of lists.entries()) {
    let page = first.pages[index];
    // An id that the first list has shown since then may hide a record that came back a moment before it.
    if (requests > 1) page = (await client.firstPages(entity, [list], { signal })).pages[0];
    while (page) {
      const { records, last }: { records: ListedRecord[]; last: boolean } = page;
      const meant = records.filter((record) => list.isAdded || isChangedSince(record, changedSince));
      await finds.add(await findUnknown(db, { ...sweep, skewMs }, meant));
      const lastId = records.at(-1)?.id ?? 0;
      highestId = lastId > 0 ? Math.max(highestId ?? 0, lastId) : highestId;
      signal.throwIfAborted();
      page = last ? undefined : await client.list(entity, list.filter, lastId, { signal });
      requests += page ? 1 : 0;
    }
  }
  const { count, missed } = await finds.end();
  const seenUntil = lists.some((list) => !list.isAdded) ? first.serverTime : mark.seenUntil;
  await saveWatermark(db, tenantId, entity, { seenUntil, highestId });
  if (count === 0) return;
  const line = { tenant_id: tenantId, operation: 'sweep', entity, queued: count };
  // A portal tells moments by the second: what was written within the last one is looked at again, and is no missed change.
  if (missed > 0) log.info(line, `Сверка нашла пропущенные изменения: ${missed}`);
  else log.debug(line, `Сверка смотрит ещё раз записи, изменённые в ту же секунду: ${count}`);
}

interface SweepList extends ListStart {
  /** Ids above the highest seen, whatever their time of change. */
  isAdded: boolean;
}

/** What is listed: the changes, and above the highest id seen what is older than they are. */
function listsOf(
  timeFilter: TimeFilter,
  { seenUntil, highestId }: Watermark,
  { changedSince, now }: { changedSince: Date; now: Date },
): SweepList[] {
  const isHonoured = timeFilter === 'honoured';
  const isWholeListDue = now.getTime() - seenUntil.getTime() >= wholeListEveryMs;
  const changed = { filter: isHonoured ? { changedSince } : {}, afterId: 0, isAdded: false };
  // The whole list holds every id already.
  if (!isHonoured && isWholeListDue) return [changed];
  const older = isHonoured ? { changedBefore: changedSince } : {};
  const added = highestId === null ? [] : [{ filter: older, afterId: highestId, isAdded: true }];
  return isHonoured ? [changed, ...added] : added;
}

/** Collects what a sweep of one kind finds; a few are queued as urgently as events, many like a run. */
function makeFinds(db: Database, { tenantId, entity }: { tenantId: number; entity: Entity }) {
  let held: number[] = [];
  let count = 0;
  let missed = 0;

  async function flush(priority: number): Promise<void> {
    const row = { tenantId, entity, side: 'bitrix24', reason: 'sweep', priority } as const;
    await enqueue(
      db,
      held.map((recordId) => ({ ...row, recordId })),
    );
    held = [];
  }

  return {
    async add(found: Unknown): Promise<void> {
      held.push(...found.ids);
      count += found.ids.length;
      missed += found.missed;
      if (count > urgentFinds) await flush(priorities.run);
    },
    async end(): Promise<{ count: number; missed: number }> {
      await flush(count > urgentFinds ? priorities.run : priorities.event);
      return { count, missed };
    },
  };
}

/** Records to be looked at, and how many of them have surely changed. */
interface Unknown {
  ids: number[];
  missed: number;
}

interface KnownRecord {
  bitrix24_id: string;
  modified_at: Date | null;
  synced_at: Date | null;
}

/** The listed records that the app does not know as they are now, or may not know. */
export async function findUnknown(
  db: Database,
  { tenantId, entity, importNew, skewMs }: Pick<Sweep, 'tenantId' | 'entity' | 'importNew'> & { skewMs: number },
  records: readonly ListedRecord[],
): Promise<Unknown> {
  if (records.length === 0) return { ids: [], missed: 0 };
  const known = await queryRows<KnownRecord>(
    db,
    // A company may be in the mappings of several contracts: all have to know it as it is, or the one that lags behind is looked at.
    `select distinct on (bitrix24_id) bitrix24_id, bitrix24_modified_at as modified_at, last_sync_at as synced_at
       from bitrix24_sync_mappings
      where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_key = any($ids)
      order by bitrix24_id, state = 'linked' desc, bitrix24_modified_at nulls first, last_sync_at nulls first`,
    { tenantId, type: pairKinds[entity].bitrix24Type, ids: records.map((record) => record.id) },
  );
  const database = await databaseName(db);
  const byId = new Map(known.map((row) => [Number(row.bitrix24_id), row]));
  const unknown = records.filter((record) => {
    const mapping = byId.get(record.id);
    if (!mapping) {
      const { whose } = readOrigin({ database, tenantId, entity }, record);
      return whose === 'ours' || (importNew && whose === 'none');
    }
    return mayDiffer(record.modifiedAt, mapping, skewMs);
  });
  const missed = unknown.filter(({ id, modifiedAt }) => byId.get(id)?.modified_at?.getTime() !== modifiedAt.getTime());
  return { ids: unknown.map((record) => record.id), missed: missed.length };
}

/** Whether a listed record may have changed since its pair was last equal. `skewMs`: how far the portal's clock is ahead of ours. */
function mayDiffer(
  modifiedAt: Date,
  known: { modified_at: Date | null; synced_at: Date | null },
  skewMs: number,
): boolean {
  if (!known.modified_at || !known.synced_at) return true;
  if (modifiedAt.getTime() !== known.modified_at.getTime()) return true;
  return known.synced_at.getTime() + skewMs < modifiedAt.getTime() + resolutionMs;
}
