import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { invalidRequest } from '../lib/errors.ts';
import type { Entity, SyncDirection } from '../lib/records.ts';
import { isNarrow, ruleFields } from '../sync/plan/scope.ts';
import { momentSchema, runRules, type SideRule } from '../sync/plan/scope-settings.ts';
import type { RunFilter } from '../sync/runs/runs.ts';

/** Body of `POST sync/to` and `POST sync/from`. */
export const runRequestSchema = z.strictObject({
  sync_objects: z.boolean().optional(),
  sync_users: z.boolean().optional(),
  sync_contracts: z.boolean().optional(),
  all: z
    .literal(true)
    .optional()
    .describe('Every record of every kind: what a body that names neither kinds nor a filter must say.'),
  direction: z.enum(['to_bitrix', 'from_bitrix', 'bidirectional']).optional(),
  filter: z
    .strictObject({
      ids: z.array(idSchema).min(1).max(1000).optional(),
      updated_since: momentSchema.optional(),
      crm: runRules.crm.optional(),
      bitrix24: runRules.bitrix24.optional(),
    })
    .optional(),
  dry_run: z.boolean().optional(),
  wait: z.boolean().optional(),
  silent: z.boolean().optional(),
  import_new: z.boolean().optional(),
});

export type RunRequest = z.infer<typeof runRequestSchema>;
/** What each address of its own does. */
export type RunDirection = Exclude<SyncDirection, 'bidirectional'>;

export interface RunOptions {
  direction: SyncDirection;
  entities: Entity[];
  filter: RunFilter;
  dryRun: boolean;
  silent: boolean;
  importNew: boolean;
}

const kindOf = { sync_contracts: 'contract', sync_users: 'user', sync_objects: 'object' } as const;

/**
 * Turns a request into what a run needs. Pure. No kind named: all three; `bidirectional` is taken at both addresses. Throws
 * `invalid_request` when every named kind is switched off, when the direction contradicts the address, when ids or rules are given for
 * several kinds at once, when a rule asks for what the kind does not have, or when ids stand beside `import_new`.
 */
export function toRunOptions(request: RunRequest, direction: RunDirection): RunOptions {
  const entities = chosenEntities(request);
  if (entities.length === 0) {
    throw refuse('sync_objects', {
      ru: 'Выберите хотя бы один вид записей: sync_objects, sync_users или sync_contracts',
      en: 'Choose at least one kind of records: sync_objects, sync_users or sync_contracts',
    });
  }
  if (request.direction !== undefined && ![direction, 'bidirectional'].includes(request.direction)) {
    throw refuse('direction', {
      ru: `По этому адресу направление — "${direction}" или "bidirectional"`,
      en: `The direction at this address is "${direction}" or "bidirectional"`,
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
    direction: request.direction ?? direction,
    entities,
    filter: {
      ...rulesOf(request, entities),
      ...(request.filter?.ids && { ids: request.filter.ids }),
      ...(request.filter?.updated_since && { updatedSince: new Date(request.filter.updated_since) }),
    },
    dryRun: request.dry_run ?? false,
    silent: request.silent ?? false,
    importNew: request.import_new ?? false,
  };
}

/**
 * A body that says how to run, and not what (`{}`, `{"wait": true}`, an empty filter), is mostly a mistake of the caller, and a run of
 * everything is dear. Throws `invalid_request` for one, and for `all` beside what leaves something out.
 */
export function refuseUnmeant(request: RunRequest): void {
  if (!request.all && !namesKinds(request) && !hasFilter(request)) {
    throw refuse('body', {
      ru: 'Запуск не начат: укажите виды записей (sync_objects, sync_users, sync_contracts), filter или all: true для всех записей',
      en: 'The run was not started: name kinds of records (sync_objects, sync_users, sync_contracts), a filter, or all: true for every record',
    });
  }
  if (request.all && (request.filter || namesKinds(request))) {
    throw refuse('all', {
      ru: 'all: true — это все записи: уберите его или filter и sync_…',
      en: 'all: true means every record: leave it out, or the filter and sync_…',
    });
  }
}

function namesKinds(request: RunRequest): boolean {
  return Object.keys(kindOf).some((key) => key in request);
}

function hasFilter({ filter = {} }: RunRequest): boolean {
  return (
    filter.ids !== undefined || filter.updated_since !== undefined || isNarrow(filter.crm) || isNarrow(filter.bitrix24)
  );
}

/** The rules of a run's filter that leave something out. */
function rulesOf({ filter = {} }: RunRequest, entities: readonly Entity[]): Pick<RunFilter, 'crm' | 'bitrix24'> {
  const rules: Pick<RunFilter, 'crm' | 'bitrix24'> = {};
  for (const side of ['crm', 'bitrix24'] as const) {
    const rule: SideRule | undefined = filter[side];
    if (!rule || !isNarrow(rule)) continue;
    const [entity, ...others] = entities;
    if (!entity || others.length > 0) {
      throw refuse(`filter.${side}`, {
        ru: `Правило filter.${side} можно указать только для одного вида записей`,
        en: `The rule filter.${side} can be given for one kind of records only`,
      });
    }
    const known = ruleFields[side][entity];
    const unknown = Object.keys(rule).find((field) => !known.includes(field));
    if (unknown) {
      throw refuse(`filter.${side}.${unknown}`, {
        ru: `У этого вида записей нет условия ${unknown}; есть: ${known.join(', ')}`,
        en: `Records of this kind have no condition ${unknown}; there are: ${known.join(', ')}`,
      });
    }
    rules[side] = rule;
  }
  return rules;
}

function chosenEntities(request: RunRequest): Entity[] {
  const keys = Object.keys(kindOf) as (keyof typeof kindOf)[];
  const named = keys.filter((key) => request[key] !== undefined);
  return (named.length === 0 ? keys : keys.filter((key) => request[key])).map((key) => kindOf[key]);
}

function refuse(path: string, text: { ru: string; en: string }) {
  return invalidRequest(text, [{ path, problem: text }]);
}
