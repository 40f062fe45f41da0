import type { Transaction } from 'sequelize';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { openFault } from '../faults/fault-store.ts';
import { fieldFault, fieldIsGone } from '../faults/field-faults.ts';
import { readSettings } from '../load/read-settings.ts';
import type { Settings } from '../plan/settings.ts';
import { listSchema, type SchemaPart } from './schema-store.ts';

/**
 * The portal says that a user field was deleted, or made: between two looks at the list of fields both may have happened, and a field that
 * was made again is empty in every record. If a pair of the tenant needs it, it counts as gone until its list is read next; that look
 * ends the fault when the field is there. Returns whether a pair needs it. Repeat-safe.
 */
export async function distrustField(
  db: Database,
  tenantId: number,
  { entity, field }: { entity: Entity; field: string },
): Promise<boolean> {
  const settings = await readSettings({ db }, tenantId);
  const isMapped = settings.field_map[entity].custom?.some(({ bitrix24 }) => bitrix24 === field) === true;
  if (!isMapped) return false;
  await retryingTransaction(db, async (transaction) => {
    const schemas = await listSchema(db, tenantId, transaction);
    const known = schemas.find(({ part }) => part === `fields:${entity}`)?.content[field];
    const error = fieldIsGone(field, known?.title ?? field);
    await openFault(db, tenantId, { key: fieldFault(entity, field), error, nextTryAt: null }, transaction);
  });
  return true;
}

/**
 * Fields that were made again since the last look are empty in every record: those that a pair needs count as gone for a moment, so that
 * their emptiness is not believed. `part` is what was read. Repeat-safe.
 */
export async function distrustRemade(
  db: Database,
  tenantId: number,
  { part, remade, settings }: { part: SchemaPart; remade: readonly string[]; settings: Settings },
  transaction: Transaction,
): Promise<void> {
  for (const entity of entities.filter((one) => part === `fields:${one}`)) {
    const mapped = settings.field_map[entity].custom?.map(({ bitrix24 }) => bitrix24) ?? [];
    for (const field of remade.filter((name) => mapped.includes(name))) {
      const error = fieldIsGone(field, field);
      await openFault(db, tenantId, { key: fieldFault(entity, field), error, nextTryAt: null }, transaction);
    }
  }
}
