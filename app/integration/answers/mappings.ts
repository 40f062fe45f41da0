import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';
import { conflictAnswer } from './conflicts.ts';
import { integrationErrorAnswer } from './errors.ts';

export const mappingAnswer = z
  .object({
    id: z.int(),
    created_at: time,
    updated_at: time,
    tenant_id: z.int(),
    local_type: z.enum(entities),
    local_id: z.int(),
    local_name: z.string().nullable(),
    bitrix24_type: z.string(),
    bitrix24_id: z.string(),
    last_sync_at: time.nullable(),
    sync_direction: z.string().nullable(),
    state: z.enum(['excluded', 'linked', 'unlinked', 'orphaned']),
    excluded: z
      .string()
      .nullable()
      .describe('The rule by which the pair does not take part, such as `crm.types`; null: it does.'),
    paused: z.boolean().describe('Rests because a person paused it, its kind, or everything.'),
    bitrix24_modified_at: time.nullable(),
  })
  .meta({
    id: 'Mapping',
    description: "A mapping by the table's own column names; shadows are shown only where one pair is shown.",
  });

export const pairFieldAnswer = z
  .object({
    key: z.string(),
    owner: z.string(),
    crm: z.object({ columns: list(z.string()), value: z.string().nullable(), shadow: z.string().nullable() }),
    bitrix24: z
      .object({
        fields: list(z.string()),
        value: z.string().nullable(),
        name: z.string().nullable(),
        shadow: z.string().nullable(),
      })
      .describe("`name`: what the portal's list calls the value; null where it is no list's."),
    equal: z.boolean().describe('Neither side has changed since the pair was last equal.'),
  })
  .meta({ id: 'PairField' });

export const historyLineAnswer = z
  .object({
    id: z.int(),
    source: z.enum(['sync', 'visitor']).describe('Ids are unique within each.'),
    run_id: z.int().nullable(),
    direction: z.string(),
    operation: z.string(),
    changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
    duration_ms: z.number().nullable(),
    actor: z
      .string()
      .nullable()
      .describe('Who decided it, or started the run; null: the synchronisation did it by itself.'),
    actor_name: z.string().nullable().describe('Their name, for those who work in the portal.'),
    cause: z.enum(['person', 'run', 'undo', 'sweep', 'portal', 'crm', 'sync']).describe('What brought it about.'),
    portal_user: z
      .int()
      .nullable()
      .describe('Who changed the record in the portal, by its id; null where it does not tell.'),
    portal_user_name: z.string().nullable(),
    created_at: time,
  })
  .meta({
    id: 'HistoryLine',
    description:
      'One applied change of a record pair, with what was before and after, or what a visitor of the pages in the portal did with it.',
  });

export const syncedPairAnswer = z
  .object({
    mapping: mappingAnswer.nullable(),
    done: z.boolean().describe('The queue holds nothing of the pair any more.'),
    error: integrationErrorAnswer.nullable(),
  })
  .meta({ id: 'SyncedPair' });

export const mappingsAnswer = z.object({ mappings: list(mappingAnswer), pagination });

export const companyNames = z
  .record(z.string(), z.string())
  .describe("By the portal's id: what people call the companies that fields and history speak of.");

/** What is open about the pair. */
const conflict = conflictAnswer.pick({
  id: true,
  field: true,
  local_value: true,
  bitrix24_value: true,
  winner: true,
  policy: true,
  state: true,
  created_at: true,
});

export const pairAnswer = z.object({
  errors: list(integrationErrorAnswer),
  bitrix24_error: z.object({ code: z.string(), error: z.string() }).nullable(),
  mapping: mappingAnswer,
  fields: list(pairFieldAnswer),
  local_present: z.boolean().describe('The CRM record is there and not deleted.'),
  bitrix24_present: z.boolean(),
  log: list(historyLineAnswer),
  conflicts: list(conflict),
  company_names: companyNames,
});

export const historyAnswer = z.object({ lines: list(historyLineAnswer), company_names: companyNames, pagination });

export const deletedMappingAnswer = z.object({ id: z.int() });
