import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const undoRequestAnswer = z
  .object({ run_id: z.int().optional(), log_id: z.int().optional(), created: z.enum(['delete', 'keep', 'unlink']) })
  .meta({ id: 'UndoRequest', description: 'What an undo takes back, and what becomes of records that were created.' });

export const runAnswer = z
  .object({
    id: z.int(),
    kind: z.enum(['sync', 'undo']).describe('`undo`: it takes another run, or one change, back.'),
    undo: undoRequestAnswer.nullable(),
    direction: z.string(),
    entities: list(z.string()),
    filter: z.unknown(),
    dry_run: z.boolean(),
    silent: z.boolean(),
    import_new: z.boolean(),
    state: z.enum(['failed', 'scheduled', 'running', 'finished', 'cancelled']),
    total: z.int(),
    done: z.int(),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    skipped: z.int(),
    excluded: z.int(),
    failed: z.int(),
    conflicts: z.int(),
    done_by_entity: z.object({ object: z.int(), user: z.int(), contract: z.int() }),
    errors: list(z.unknown()),
    preview: list(z.unknown()),
    rate: z.number().describe('Records a second since the start.'),
    eta_sec: z
      .int()
      .nullable()
      .describe('Seconds until the end at this rate; null while the total is not known yet, or nothing has been done.'),
    requested_by: z.string().nullable(),
    requested_by_name: z.string().nullable().describe('Their name, for those who work in the portal.'),
    preview_id: z.int().nullable().describe('The dry run that it was started from.'),
    starts_at: time.nullable().describe('When a run that waits begins.'),
    created_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: 'Run', description: 'A run as the REST interface shows it.' });

export const runsAnswer = z.object({ runs: list(runAnswer), pagination });

export const leftAnswer = z.object({
  items: list(
    z.object({
      log_id: z.int(),
      entity: z.enum(entities),
      local_id: z.int().nullable(),
      bitrix24_id: z.int().nullable(),
      field: z.string().nullable(),
      reason: z.string(),
      reason_text: z.string(),
      local_name: z.string().nullable(),
      actor_name: z.string().nullable(),
      side: z.enum(['bitrix24', 'crm']).nullable(),
      actor: z.string().nullable(),
    }),
  ),
  pagination,
});

/** The counts of a run that was waited for, in the shape that callers of `sync/to` and `sync/from` know. */
export const runCountsAnswer = z
  .object({
    objects_synced: z.int(),
    users_synced: z.int(),
    contracts_synced: z.int(),
    errors: list(z.unknown()),
    run: runAnswer,
  })
  .meta({ id: 'RunCounts' });

/** A run that goes on: by itself, or because it took longer than a caller may wait. */
export const startedRunAnswer = z.union([runAnswer, runCountsAnswer]);

export const eventStream = {
  type: 'text/event-stream',
  description: 'Server-sent events, each with the run as JSON in `data`',
};
