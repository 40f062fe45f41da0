import type { Transaction } from 'sequelize';
import { AppError, notFound, type Text } from '../lib/errors.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { type Pauses, readPauses } from '../sync/load/read-pauses.ts';
import { dueAnew, releaseResting } from '../sync/queue/rests.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';

/** What is paused: everything (both null), a kind, or one record of ours with its pair. */
export interface PauseTarget {
  entity: Entity | null;
  localId: number | null;
}

/**
 * Pauses a tenant, a kind or a record: nothing of it is written on either side until it goes on, and what changes meanwhile is noted. What
 * is being sent at this moment is finished. Who paused it first stays. Throws `not_found` for a record that is not there. Repeat-safe.
 */
export async function pause(
  db: Database,
  tenantId: number,
  { entity, localId }: PauseTarget,
  actor: string,
): Promise<Pauses> {
  await retryingTransaction(db, async (transaction) => {
    if (entity && localId !== null) await requireRecord(db, tenantId, { entity, localId }, transaction);
    await queryRows(
      db,
      `insert into sync_pauses (tenant_id, entity, local_id, paused_by)
       values ($tenantId, $entity, $localId, left($actor::text, 255)) on conflict do nothing`,
      { tenantId, entity, localId, actor },
      transaction,
    );
  });
  return readPauses(db, tenantId);
}

/** A record that was deleted may be paused too: its deletion waits. */
async function requireRecord(
  db: Database,
  tenantId: number,
  { entity, localId }: { entity: Entity; localId: number },
  transaction: Transaction,
): Promise<void> {
  const rows = await queryRows(
    db,
    `select 1 from ${pairKinds[entity].table} where tenant_id = $tenantId and id = $localId`,
    { tenantId, localId },
    transaction,
  );
  if (rows.length === 0) throw notFound();
}

/**
 * Ends a pause: what was noted meanwhile is synchronised, both sides merged. Another pause that covers the same records goes on. Returns
 * what is paused still. Repeat-safe.
 */
export async function resume(db: Database, tenantId: number, target: PauseTarget): Promise<Pauses> {
  await retryingTransaction(db, (transaction) => endPauses(db, tenantId, [target], transaction));
  return readPauses(db, tenantId);
}

/** A record of ours. */
export interface OneRecord {
  entity: Entity;
  localId: number;
}

/** Pauses single records in the caller's transaction. Repeat-safe. */
export async function pauseRecords(
  db: Database,
  tenantId: number,
  { records, actor }: { records: readonly OneRecord[]; actor: string },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `insert into sync_pauses (tenant_id, entity, local_id, paused_by)
     select $tenantId, entity, "localId", left($actor::text, 255)
       from jsonb_to_recordset($records::jsonb) as r (entity text, "localId" integer) order by 2, 3 on conflict do nothing`,
    { tenantId, records: JSON.stringify(records), actor },
    transaction,
  );
}

/** Ends pauses in the caller's transaction. Repeat-safe. */
export async function endPauses(
  db: Database,
  tenantId: number,
  targets: readonly PauseTarget[],
  transaction: Transaction,
): Promise<void> {
  const ended = await queryRows<PauseTarget>(
    db,
    `delete from sync_pauses p using jsonb_to_recordset($targets::jsonb) as t (entity text, "localId" integer)
      where p.tenant_id = $tenantId and p.entity is not distinct from t.entity and p.local_id is not distinct from t."localId"
     returning p.entity, p.local_id as "localId"`,
    { tenantId, targets: JSON.stringify(targets) },
    transaction,
  );
  if (ended.length === 0) return;
  await dueAnew(db, tenantId, transaction);
  await releaseResting(db, tenantId, transaction);
  const rows = ended.flatMap(({ entity, localId }) =>
    entity === null || localId === null
      ? []
      : [
          {
            tenantId,
            entity,
            side: 'local',
            recordId: localId,
            reason: 'resumed',
            priority: priorities.change,
          } as const,
        ],
  );
  await enqueue(db, rows, transaction);
}

/** What a person asks to be synchronised now: kinds as wholes, or one record. */
export interface Asked {
  entities: readonly Entity[];
  /** Null: the kinds as wholes. */
  localId: number | null;
}

/** Throws 409 `paused`, which says how to go on, when what is asked for rests because a person paused it. */
export async function requireGoing(db: Database, tenantId: number, { entities, localId }: Asked): Promise<void> {
  const [found] = await queryRows<{ entity: Entity | null; local_id: number | null }>(
    db,
    `select entity, local_id from sync_pauses
      where tenant_id = $tenantId and (entity is null or (entity = any($entities) and (local_id is null or local_id = $localId::integer)))
      order by entity nulls first, local_id nulls first limit 1`,
    { tenantId, entities: [...entities], localId },
  );
  if (found) throw paused({ entity: found.entity, localId: found.local_id });
}

function paused({ entity, localId }: PauseTarget): AppError {
  const what: Text =
    entity === null
      ? { ru: 'Синхронизация приостановлена', en: 'The synchronisation is paused' }
      : localId === null
        ? {
            ru: `Синхронизация приостановлена для вида «${entity}»`,
            en: `The synchronisation of the kind "${entity}" is paused`,
          }
        : { ru: `Синхронизация этой записи приостановлена`, en: 'The synchronisation of this record is paused' };
  const body = {
    ...(entity && localId === null && { kind: entity }),
    ...(entity && localId !== null && { local_type: entity, local_id: localId }),
  };
  const call = `POST /api/integration/bitrix24/resume ${JSON.stringify(body)}`;
  return new AppError({
    code: 'paused',
    status: 409,
    text: {
      ru: `${what.ru}. Снимите паузу: ${call}. Всё, что изменилось за это время, будет синхронизировано`,
      en: `${what.en}. End the pause: ${call}. All that changed meanwhile is synchronised then`,
    },
    details: body,
  });
}
