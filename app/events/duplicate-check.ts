import type { Bitrix24Client, ListedRecord } from '../bitrix24/client.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { recordDuplicate } from '../sync/journal/duplicate-report.ts';
import { findMappings } from '../sync/load/mappings.ts';
import { localIdOf } from '../sync/plan/origin-id.ts';
import type { Search } from './searching.ts';

export interface DuplicateCheckDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/**
 * Makes the weekly look at every record that carries our origin: two with the same one are reported, never merged or deleted.
 * Each kind is a part of its own. Repeat-safe.
 */
export function makeDuplicateCheck({ db, clientFor }: DuplicateCheckDeps): Search {
  return async (tenantId, { part, signal }) => {
    for (const entity of entities) {
      await part(entity, async () =>
        reportDoubled(db, tenantId, entity, await listOurs(await clientFor(tenantId), tenantId, entity, signal)),
      );
    }
  };
}

async function reportDoubled(
  db: Database,
  tenantId: number,
  entity: Entity,
  byLocalId: ReadonlyMap<number, readonly ListedRecord[]>,
): Promise<void> {
  const doubled = [...byLocalId].filter(([, records]) => records.length > 1);
  const localIds = doubled.map(([localId]) => localId);
  const mappings = await findMappings(db, tenantId, entity, { local: localIds, remote: [] });
  const kept = new Map(mappings.map((mapping) => [mapping.localId, mapping.remoteId]));
  for (const [localId, records] of doubled) {
    const keptId = kept.get(localId) ?? records[0]?.id;
    for (const record of records) if (record.id !== keptId) await recordDuplicate(db, tenantId, entity, record);
  }
}

async function listOurs(
  client: Bitrix24Client,
  tenantId: number,
  entity: Entity,
  signal: AbortSignal,
): Promise<Map<number, ListedRecord[]>> {
  const byLocalId = new Map<number, ListedRecord[]>();
  let afterId = 0;
  for (let last = false; !last; ) {
    signal.throwIfAborted();
    const page = await client.list(entity, { ours: true }, afterId, { signal });
    for (const record of page.records) {
      const localId = localIdOf(tenantId, entity, record);
      if (localId !== null) byLocalId.set(localId, [...(byLocalId.get(localId) ?? []), record]);
    }
    afterId = page.records.at(-1)?.id ?? afterId;
    last = page.last;
  }
  return byLocalId;
}
