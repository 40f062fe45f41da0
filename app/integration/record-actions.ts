import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { setMappingState } from '../sync/load/mappings.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';
import { deleteMapping } from './mapping-actions.ts';
import { pause, requireGoing, resume } from './pauses.ts';

export const recordActions = ['sync', 'pause', 'resume', 'unlink', 'recreate'] as const;
export type RecordAction = (typeof recordActions)[number];

/** A record of the CRM. */
export interface RecordId {
  local_type: Entity;
  local_id: number;
}

/** A record that the action was not possible for. */
export interface RecordLeft extends RecordId {
  error: AppError;
}

export interface RecordActionDeps {
  db: Database;
  requireActive: RequireActive;
}

interface Asked extends RecordId {
  tenantId: number;
  actor: string;
  /** A person waits for one record; many give way to what people do meanwhile. */
  priority: number;
}

/**
 * Does the same with several records, one after the other: what is not possible for one is told and stops no other. `sync` looks at a
 * record before others, and makes its Bitrix24 record where it has none; `unlink` leaves both records as they are; `recreate` makes a new
 * Bitrix24 record for one that is gone. Throws what `requireActive` throws where the portal is needed. Repeat-safe.
 */
export async function actOnRecords(
  { db, requireActive }: RecordActionDeps,
  { tenantId, actor }: { tenantId: number; actor: string },
  action: RecordAction,
  records: readonly RecordId[],
): Promise<{ done: number; left: RecordLeft[] }> {
  if (action === 'sync' || action === 'recreate') await requireActive(tenantId);
  const priority = records.length === 1 ? priorities.interactive : priorities.change;
  const left: RecordLeft[] = [];
  for (const record of records) {
    try {
      await actions[action](db, { ...record, tenantId, actor, priority });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      left.push({ ...record, error });
    }
  }
  return { done: records.length - left.length, left };
}

const actions: Record<RecordAction, (db: Database, asked: Asked) => Promise<unknown>> = {
  sync,
  pause: (db, { tenantId, actor, ...record }) => pause(db, tenantId, targetOf(record), actor),
  resume: (db, { tenantId, ...record }) => resume(db, tenantId, targetOf(record)),
  async unlink(db, asked) {
    const mapping = await findLink(db, asked);
    if (!mapping) throw notLinked();
    await deleteMapping(db, asked.tenantId, mapping.id);
  },
  recreate,
};

function targetOf({ local_type: entity, local_id: localId }: RecordId) {
  return { entity, localId };
}

async function sync(db: Database, { tenantId, local_type: entity, local_id: recordId, priority }: Asked) {
  const rows = await queryRows(
    db,
    `select 1 from ${pairKinds[entity].table} where tenant_id = $tenantId and id = $recordId`,
    { tenantId, recordId },
  );
  if (rows.length === 0) throw notFound();
  await requireGoing(db, tenantId, { entities: [entity], localId: recordId });
  await enqueue(db, [{ tenantId, entity, side: 'local', recordId, reason: 'asked', priority }]);
}

async function recreate(db: Database, asked: Asked): Promise<void> {
  const { tenantId, local_type: entity, local_id: recordId, priority } = asked;
  await requireGoing(db, tenantId, { entities: [entity], localId: recordId });
  const { directions } = await readSettings({ db }, tenantId);
  if (directions[entity] === 'from_bitrix') throw sendingIsOff();
  await retryingTransaction(db, async (transaction) => {
    const mapping = await findLink(db, asked);
    if (mapping?.state !== 'orphaned') throw notOrphaned();
    await setMappingState(db, tenantId, { ids: [mapping.id], state: 'unlinked' }, transaction);
    await enqueue(db, [{ tenantId, entity, side: 'local', recordId, reason: 'recreate', priority }], transaction);
  });
}

async function findLink(
  db: Database,
  { tenantId, local_type: entity, local_id: localId }: Asked,
): Promise<{ id: number; state: string } | undefined> {
  const [mapping] = await queryRows<{ id: number; state: string }>(
    db,
    `select id, state from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and local_id = $localId`,
    { tenantId, entity, localId },
  );
  return mapping;
}

function notLinked(): AppError {
  return new AppError({
    code: 'not_linked',
    status: 409,
    text: { ru: 'Запись не связана с Битрикс24', en: 'The record is not linked with Bitrix24' },
  });
}

function notOrphaned(): AppError {
  return new AppError({
    code: 'not_orphaned',
    status: 409,
    text: {
      ru: 'Запись Битрикс24 не удалена: создавать её заново не нужно',
      en: 'The Bitrix24 record is not gone: there is nothing to make again',
    },
  });
}

function sendingIsOff(): AppError {
  return new AppError({
    code: 'sending_is_off',
    status: 409,
    text: {
      ru: 'Записи этого вида в Битрикс24 не передаются. Разрешите это в настройках направления',
      en: 'Records of this kind are not sent to Bitrix24. Allow it in the settings of the direction',
    },
  });
}
