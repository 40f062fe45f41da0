import type { Transaction } from 'sequelize';
import { userFieldsOf } from '../../field-maps/available.ts';
import { fieldMapFor } from '../../field-maps/custom.ts';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { closeFault, listOpenFaults, openFault } from '../faults/fault-store.ts';
import { fieldFault, fieldIsGone, fieldOfFault } from '../faults/field-faults.ts';
import type { Settings } from '../plan/settings.ts';
import { enqueueLinked } from '../queue/enqueue-linked.ts';
import { listChanges, listSchema } from './schema-store.ts';

/** What became of mapped fields. */
export interface FieldNews {
  gone: { entity: Entity; field: string }[];
  back: { entity: Entity; field: string }[];
}

/**
 * Opens a fault for each field of the tenant's maps that the portal does not have, and ends those of fields that are back or that no pair
 * needs any more. The linked records of a field that is back are queued: what changed meanwhile is merged. Works on what was last read;
 * a kind that never was is left alone. Repeat-safe.
 */
export async function settleFieldFaults(
  db: Database,
  tenantId: number,
  settings: Settings,
  transaction: Transaction,
): Promise<FieldNews> {
  const news: FieldNews = { gone: [], back: [] };
  const schemas = await listSchema(db, tenantId, transaction);
  const open = await listOpenFaults(db, tenantId, transaction);
  for (const entity of entities) {
    const known = schemas.find(({ part }) => part === `fields:${entity}`)?.content;
    if (!known) continue;
    const gone = userFieldsOf(fieldMapFor(entity, settings.field_map[entity])).filter((field) => !known[field]);
    const told = open.flatMap((fault) => fieldOfFault(entity, fault) ?? []);
    for (const field of gone.filter((one) => !told.includes(one))) {
      const error = fieldIsGone(field, await formerTitle(db, tenantId, { entity, field }, transaction));
      await openFault(db, tenantId, { key: fieldFault(entity, field), error, nextTryAt: null }, transaction);
      news.gone.push({ entity, field });
    }
    const ended = told.filter((one) => !gone.includes(one));
    for (const field of ended) await closeFault(db, tenantId, fieldFault(entity, field), transaction);
    const back = ended.filter((field) => known[field]);
    if (back.length === 0) continue;
    await enqueueLinked(db, tenantId, { reason: 'field_back', entities: [entity] }, transaction);
    news.back.push(...back.map((field) => ({ entity, field })));
  }
  return news;
}

async function formerTitle(
  db: Database,
  tenantId: number,
  { entity, field }: { entity: Entity; field: string },
  transaction: Transaction,
): Promise<string> {
  const changes = await listChanges(db, tenantId, transaction);
  return changes.find(({ part, name }) => part === `fields:${entity}` && name === field)?.title ?? field;
}
