import type { Bitrix24Client, ListedRecord } from '../bitrix24/client.ts';
import { isChangedSince } from '../bitrix24/list-pages.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { localIdOf } from '../sync/plan/origin-id.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';

export interface SweepDeps {
  db: Database;
  clock: Clock;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** Clocks of a portal's servers differ, and a change becomes visible a little after the time it carries. */
const overlapMs = 5 * 60_000;

/** `updatedTime` counts whole seconds, so a second change within the same second looks like the first. */
const resolutionMs = 2000;

/**
 * Makes the sweep: lists what changed in the portal since the watermark and queues what the app does not know yet. The watermark moves
 * to the portal's own time at the start of the listing, after the last page is stored. Repeat-safe; throws `Bitrix24Error`.
 */
export function makeSweep({ db, clock, clientFor }: SweepDeps) {
  return async (tenantId: number, { signal, log }: { signal: AbortSignal; log: Log }): Promise<void> => {
    const client = await clientFor(tenantId);
    const settings = await readSettings({ db }, tenantId);
    for (const entity of entities) {
      const changedSince = new Date((await readWatermark(db, tenantId, entity)).getTime() - overlapMs);
      let startedAt: Date | null = null;
      let afterId = 0;
      let queued = 0;
      for (let last = false; !last; ) {
        signal.throwIfAborted();
        const page = await client.list(entity, { changedSince }, afterId, { signal });
        startedAt ??= page.serverTime;
        const skewMs = page.serverTime.getTime() - clock.now().getTime();
        const scope = { tenantId, entity, importNew: settings.import_new[entity], skewMs };
        const changed = page.records.filter((record) => isChangedSince(record, changedSince));
        queued += await queueUnknown(db, scope, changed);
        afterId = page.records.at(-1)?.id ?? afterId;
        last = page.last;
      }
      if (startedAt) await saveWatermark(db, tenantId, entity, startedAt);
      if (queued > 0) {
        log.info(
          { tenant_id: tenantId, operation: 'sweep', entity, queued },
          `Сверка нашла пропущенные изменения: ${queued}`,
        );
      }
    }
  };
}

interface KnownRecord {
  bitrix24_id: string;
  modified_at: Date | null;
  synced_at: Date | null;
}

async function queueUnknown(
  db: Database,
  { tenantId, entity, importNew, skewMs }: { tenantId: number; entity: Entity; importNew: boolean; skewMs: number },
  records: readonly ListedRecord[],
): Promise<number> {
  const known = await queryRows<KnownRecord>(
    db,
    `select bitrix24_id, bitrix24_modified_at as modified_at, last_sync_at as synced_at from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and bitrix24_id = any($ids)`,
    { tenantId, entity, ids: records.map((record) => String(record.id)) },
  );
  const byId = new Map(known.map((row) => [Number(row.bitrix24_id), row]));
  const missed = records.filter((record) => {
    const mapping = byId.get(record.id);
    if (!mapping) return importNew || localIdOf(tenantId, entity, record) !== null;
    return mayDiffer(record.modifiedAt, mapping, skewMs);
  });
  const row = { tenantId, entity, side: 'bitrix24', reason: 'sweep', priority: priorities.run } as const;
  await enqueue(
    db,
    missed.map((record) => ({ ...row, recordId: record.id })),
  );
  return missed.length;
}

/** Whether a listed record may have changed since its pair was last equal. `skewMs`: how far the portal's clock is ahead of ours. */
export function mayDiffer(
  modifiedAt: Date,
  known: { modified_at: Date | null; synced_at: Date | null },
  skewMs: number,
): boolean {
  if (!known.modified_at || !known.synced_at) return true;
  if (modifiedAt.getTime() !== known.modified_at.getTime()) return true;
  return known.synced_at.getTime() + skewMs < modifiedAt.getTime() + resolutionMs;
}

async function readWatermark(db: Database, tenantId: number, entity: Entity): Promise<Date> {
  const [row] = await queryRows<{ seen_until: Date }>(
    db,
    `select coalesce((select seen_until from sync_watermarks where tenant_id = $tenantId and entity = $entity),
                     (select min(created_at) from bitrix24_connections where tenant_id = $tenantId), now()) as seen_until`,
    { tenantId, entity },
  );
  return row?.seen_until ?? new Date(0);
}

async function saveWatermark(db: Database, tenantId: number, entity: Entity, seenUntil: Date): Promise<void> {
  await queryRows(
    db,
    `insert into sync_watermarks (tenant_id, entity, seen_until) values ($tenantId, $entity, $seenUntil)
     on conflict (tenant_id, entity) do update set seen_until = excluded.seen_until`,
    { tenantId, entity, seenUntil },
  );
}
