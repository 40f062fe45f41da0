import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { LoadedPair } from '../pair.ts';
import { enqueue, priorities } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';
import type { LocalTarget } from './local-rows.ts';

/** What a person decided about records that have no pair, and what is obeyed: made anew in any case, or left alone. */
export async function findRulings(
  { db }: LoadDeps,
  { tenantId, entity }: LocalTarget,
  localIds: readonly number[],
): Promise<Map<number, 'create' | 'ignore'>> {
  if (localIds.length === 0) return new Map();
  const rows = await queryRows<{ local_id: number; decision: 'create' | 'ignore' }>(
    db,
    `select local_id, decision from sync_matches
      where tenant_id = $tenantId and local_type = $entity and local_id = any($localIds)
        and ended_at is null and decision in ('create', 'ignore')`,
    { tenantId, entity, localIds },
  );
  return new Map(rows.map(({ local_id, decision }) => [local_id, decision]));
}

/** Records that wait for a person, by the Bitrix24 records that they may be the same as. */
export async function findWaiting(
  { db }: LoadDeps,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  remoteIds: readonly number[],
): Promise<{ localId: number; candidates: number[] }[]> {
  if (remoteIds.length === 0) return [];
  return queryRows(
    db,
    `select local_id as "localId", candidate_ids::float8[] as candidates from sync_matches
      where tenant_id = $tenantId and local_type = $entity and state = 'open'
        and candidate_ids && $remoteIds::bigint[]`,
    { tenantId, entity, remoteIds },
  );
}

/** Queues records that wait for a person, when a Bitrix24 record that they may be the same as changed or went. Repeat-safe. */
export async function lookAtWaiting(deps: LoadDeps, { tenantId, entity }: LocalTarget, pairs: readonly LoadedPair[]) {
  const changed = pairs.flatMap(({ rows }) => rows.filter(({ side }) => side === 'bitrix24'));
  const ids = changed.map(({ recordId }) => recordId);
  const waiting = await findWaiting(deps, { tenantId, entity }, ids);
  const row = { tenantId, entity, side: 'local', reason: 'match', priority: priorities.change } as const;
  await enqueue(
    deps.db,
    waiting.map(({ localId }) => ({ ...row, recordId: localId })),
  );
}

/** Queues everything of a tenant that waits for a person: how records are recognised has changed. Repeat-safe. */
export async function lookAtAllWaiting(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const waiting = await queryRows<{ entity: Entity; recordId: number }>(
    db,
    `select local_type as entity, local_id as "recordId" from sync_matches where tenant_id = $tenantId and state = 'open'`,
    { tenantId },
    transaction,
  );
  const row = { tenantId, side: 'local', reason: 'match', priority: priorities.run } as const;
  await enqueue(
    db,
    waiting.map((record) => ({ ...row, ...record })),
    transaction,
  );
}
