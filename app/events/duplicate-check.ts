import type { Bitrix24Client, ListedRecord } from '../bitrix24/client.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { databaseName } from '../models/database-name.ts';
import { recordDuplicate } from '../sync/journal/duplicate-report.ts';
import { findMappings } from '../sync/load/mappings.ts';
import { type OriginOwner, readOrigin } from '../sync/plan/origin-id.ts';
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
      await part(entity, async () => {
        const owner = { database: await databaseName(db), tenantId, entity };
        await reportDoubled(db, owner, await listOurs(await clientFor(tenantId), owner, signal));
      });
    }
  };
}

async function reportDoubled(
  db: Database,
  { tenantId, entity }: OriginOwner,
  byOrigin: ReadonlyMap<string, SameOrigin>,
): Promise<void> {
  const doubled = [...byOrigin.values()].filter(({ records }) => records.length > 1);
  const localIds = doubled.map(({ localId }) => localId);
  const mappings = await findMappings(db, tenantId, entity, { local: localIds, remote: [] });
  const kept = new Map(mappings.map((mapping) => [mapping.localId, mapping.remoteId]));
  for (const { localId, isFormer, records } of doubled) {
    const keptId = kept.get(localId) ?? records[0]?.id;
    // In the former form the records may be another database's: one of them has to be linked here.
    if (isFormer && records.every(({ id }) => id !== keptId)) continue;
    for (const record of records) if (record.id !== keptId) await recordDuplicate(db, tenantId, entity, record);
  }
}

/** Records that carry the same origin, oldest first. */
interface SameOrigin {
  localId: number;
  /** The origin lacks the database. */
  isFormer: boolean;
  records: ListedRecord[];
}

async function listOurs(
  client: Bitrix24Client,
  owner: OriginOwner,
  signal: AbortSignal,
): Promise<Map<string, SameOrigin>> {
  const byOrigin = new Map<string, SameOrigin>();
  let afterId = 0;
  for (let last = false; !last; ) {
    signal.throwIfAborted();
    const page = await client.list(owner.entity, { ours: true }, afterId, { signal });
    for (const record of page.records) {
      const origin = readOrigin(owner, record);
      if (origin.whose !== 'ours' || record.originId === null) continue;
      const same = byOrigin.get(record.originId);
      if (same) same.records.push(record);
      else {
        const { localId, former } = origin;
        byOrigin.set(record.originId, { localId, isFormer: former, records: [record] });
      }
    }
    afterId = page.records.at(-1)?.id ?? afterId;
    last = page.last;
  }
  return byOrigin;
}
