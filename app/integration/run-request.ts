import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { invalidRequest } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';

/** PostgreSQL knows no year 0. */
function isInOurEra(time: string): boolean {
  return new Date(time).getUTCFullYear() >= 1;
}

/** Body of `POST sync/to` and `POST sync/from`. */
export const runRequestSchema = z.strictObject({
  sync_objects: z.boolean().optional(),
  sync_users: z.boolean().optional(),
  sync_contracts: z.boolean().optional(),
  direction: z.enum(['to_bitrix', 'from_bitrix']).optional(),
  filter: z
    .strictObject({
      ids: z.array(idSchema).min(1).max(1000).optional(),
      updated_since: z.iso.datetime({ offset: true }).refine(isInOurEra).optional(),
    })
    .optional(),
  dry_run: z.boolean().optional(),
  wait: z.boolean().optional(),
  silent: z.boolean().optional(),
  import_new: z.boolean().optional(),
});

export type RunRequest = z.infer<typeof runRequestSchema>;
export type RunDirection = 'to_bitrix' | 'from_bitrix';

export interface RunOptions {
  direction: RunDirection;
  entities: Entity[];
  filter: { ids?: number[]; updatedSince?: Date };
  dryRun: boolean;
  silent: boolean;
  importNew: boolean;
}

const kindOf = { sync_contracts: 'contract', sync_users: 'user', sync_objects: 'object' } as const;

/**
 * Turns a request into what a run needs. Pure. No kind named: all three. Throws `invalid_request` when every named kind is
 * switched off, when the direction contradicts the address, or when ids are given for several kinds at once or beside
 * `import_new`.
 */
export function toRunOptions(request: RunRequest, direction: RunDirection): RunOptions {
  const entities = chosenEntities(request);
  if (entities.length === 0) {
    throw refuse('sync_objects', {
      ru: 'Выберите хотя бы один вид записей: sync_objects, sync_users или sync_contracts',
      en: 'Choose at least one kind of records: sync_objects, sync_users or sync_contracts',
    });
  }
  if (request.direction !== undefined && request.direction !== direction) {
    throw refuse('direction', {
      ru: `По этому адресу направление только "${direction}"`,
      en: `The direction at this address is always "${direction}"`,
    });
  }
  if (request.filter?.ids && entities.length > 1) {
    throw refuse('filter.ids', {
      ru: 'Номера записей можно указать только для одного вида записей',
      en: 'Record ids can be given for one kind of records only',
    });
  }
  if (request.filter?.ids && request.import_new) {
    throw refuse('import_new', {
      ru: 'Номера записей CRM (filter.ids) и импорт новых записей (import_new) исключают друг друга',
      en: 'Ids of CRM records (filter.ids) and the import of new records (import_new) exclude each other',
    });
  }
  return {
    direction,
    entities,
    filter: {
      ...(request.filter?.ids && { ids: request.filter.ids }),
      ...(request.filter?.updated_since && { updatedSince: new Date(request.filter.updated_since) }),
    },
    dryRun: request.dry_run ?? false,
    silent: request.silent ?? false,
    importNew: request.import_new ?? false,
  };
}

function chosenEntities(request: RunRequest): Entity[] {
  const keys = Object.keys(kindOf) as (keyof typeof kindOf)[];
  const named = keys.filter((key) => request[key] !== undefined);
  return (named.length === 0 ? keys : keys.filter((key) => request[key])).map((key) => kindOf[key]);
}

function refuse(path: string, text: { ru: string; en: string }) {
  return invalidRequest(text, [{ path, problem: text }]);
}
