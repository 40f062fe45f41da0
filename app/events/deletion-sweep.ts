import type { Bitrix24Client } from '../bitrix24/client.ts';
import { type Entity, entities, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { Search } from './searching.ts';

export interface DeletionSweepDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** Fifty ids a command, fifty commands a request. */
const pageSize = 2500;

/**
 * Makes the nightly comparison of ids: linked records that the portal no longer shows are queued, and each is deleted or unlinked only
 * when the portal itself says that it does not exist; too many at once are held (sync/apply/hold-deletions.ts).
 * Each kind is a part of its own. Repeat-safe.
 */
export function makeDeletionSweep({ db, clientFor }: DeletionSweepDeps): Search {
  return async (tenantId, { part, signal }) => {
    for (const entity of entities) {
      await part(entity, async () => {
        const missing = await findMissing(db, await clientFor(tenantId), { tenantId, entity, signal });
        const row = { tenantId, entity, side: 'bitrix24', reason: 'sweep_deleted', priority: priorities.run } as const;
        await enqueue(
          db,
          missing.map((recordId) => ({ ...row, recordId })),
        );
      });
    }
  };
}

async function findMissing(
  db: Database,
  client: Bitrix24Client,
  { tenantId, entity, signal }: { tenantId: number; entity: Entity; signal: AbortSignal },
): Promise<number[]> {
  const missing: number[] = [];
  for (let afterId = 0; ; ) {
    signal.throwIfAborted();
    const rows = await queryRows<{ id: number }>(
      db,
      `select distinct bitrix24_key::integer as id, bitrix24_key from bitrix24_sync_mappings
        where tenant_id = $tenantId and bitrix24_type = $type and state = 'linked' and excluded is null
          and bitrix24_key > $afterId
        order by bitrix24_key limit ${pageSize}`,
      { tenantId, type: pairKinds[entity].bitrix24Type, afterId },
    );
    const lastRow = rows.at(-1);
    if (!lastRow) return missing;
    const ids = rows.map((row) => row.id);
    const shown = await client.read(entity, ids, { signal });
    missing.push(...ids.filter((id) => !shown.has(id)));
    afterId = lastRow.id;
  }
}
