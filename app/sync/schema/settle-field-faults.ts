import type { Transaction } from 'sequelize';
import { unusableFields } from '../../field-maps/available.ts';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { closeFault, listOpenFaults, openFault } from '../faults/fault-store.ts';
import { fieldFault, fieldIsAnother, fieldIsGone, fieldOfFault } from '../faults/field-faults.ts';
import type { Settings } from '../plan/settings.ts';
import { enqueueLinked } from '../queue/enqueue-linked.ts';
import { listChanges, listSchema } from './schema-store.ts';

/** What became of mapped fields. */
export interface FieldNews {
  gone: { entity: Entity; field: string }[];
  back: { entity: Entity; field: string }[];
}

/**
 * Opens a fault for each field of the tenant's maps that the portal does not have, or has as something else, and ends those of fields that are back or that no pair
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
    const unusable = unusableFields(entity, settings.field_map[entity], new Map(Object.entries(known)));
    const told = new Map(open.map((fault) => [fieldOfFault(entity, fault), fault.code]));
    for (const { field, isGone, problem } of unusable) {
      const error = isGone
        ? fieldIsGone(field, await formerTitle(db, tenantId, { entity, field }, transaction))
        : fieldIsAnother(field, problem);
      if (told.get(field) === error.code) continue;
      await openFault(db, tenantId, { key: fieldFault(entity, field), error, nextTryAt: null }, transaction);
      news.gone.push({ entity, field });
    }
    const ended = [...told.keys()].flatMap((field) =>
      field === null || unusable.some((one) => one.field === field) ? [] : [field],
    );
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
