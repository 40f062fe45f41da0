import { Bitrix24Error } from '../bitrix24/errors.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { explainDenied } from '../sync/faults/denied-rights.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';
import { alreadyLinked, creatingIsOff, notCreated } from './card-errors.ts';
import { requireCreatable } from './cards.ts';
import { requireGoing } from './pauses.ts';
import type { PortalOnlyDeps } from './portal-only.ts';
import { leaveOutKnown } from './portal-only-known.ts';

export interface PortalOnlyActionDeps extends PortalOnlyDeps {
  requireActive: RequireActive;
}

/** Records of the portal of one kind. */
export interface PortalRecords {
  local_type: Entity;
  bitrix24_ids: readonly number[];
}

/** A record that no CRM record can be made of, and why. */
export interface PortalRecordLeft {
  bitrix24_id: string;
  error: AppError;
}

/**
 * Queues records of the portal to get a CRM record each: what is not possible for one is told and stops no other. They are read in the
 * portal first, in one request. Throws `creating_is_off`, `paused`, `Bitrix24Error`, or what `requireActive` throws,
 * where none can be made. Repeat-safe.
 */
export async function createFromPortal(
  { db, clientFor, requireActive }: PortalOnlyActionDeps,
  tenantId: number,
  { local_type: entity, bitrix24_ids: asked }: PortalRecords,
): Promise<{ done: number; left: PortalRecordLeft[] }> {
  await requireActive(tenantId);
  await requireGoing(db, tenantId, { entities: [entity], localId: null });
  const { directions, scope } = await readSettings({ db }, tenantId);
  if (directions[entity] === 'to_bitrix') throw creatingIsOff();
  const client = await clientFor(tenantId);
  const ids = [...new Set(asked)];
  const read = await client.read(entity, ids, { urgency: 'interactive' }).catch((error: unknown) => {
    throw error instanceof Bitrix24Error ? explainDenied({ scope: 'kind', subject: entity }, error) : error;
  });
  const records = [...read.values()];
  const free = await leaveOutKnown(db, { tenantId, entity, portal: client.portal }, records);
  const freeIds = new Set(free.map(({ id }) => id));
  const mapped = await findMapped(db, { tenantId, entity }, ids);
  const left: PortalRecordLeft[] = [];
  const creatable: number[] = [];
  for (const id of ids) {
    try {
      const record = read.get(id);
      if (!record) throw notFound();
      requireCreatable(entity, scope[entity], record);
      if (mapped.has(id)) throw alreadyLinked();
      if (!freeIds.has(id)) throw notCreated();
      creatable.push(id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      left.push({ bitrix24_id: String(id), error });
    }
  }
  const row = { tenantId, entity, side: 'bitrix24', reason: 'import' } as const;
  const priority = ids.length === 1 ? priorities.interactive : priorities.change;
  await enqueue(
    db,
    creatable.map((recordId) => ({ ...row, recordId, priority })),
  );
  return { done: creatable.length, left };
}

async function findMapped(
  db: Database,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  ids: readonly number[],
): Promise<Set<number>> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select bitrix24_key::integer as id from bitrix24_sync_mappings
      where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_key = any($ids::bigint[])`,
    { tenantId, type: pairKinds[entity].bitrix24Type, ids },
  );
  return new Set(rows.map(({ id }) => id));
}
