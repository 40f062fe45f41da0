import { csvRow } from '../lib/csv.ts';
import { creatingOperations, fieldOperations } from '../sync/plan/undo.ts';
import type { ActivityRow } from './activity.ts';

/** What brought a line about. The portal does not tell its people from its robots. */
export type ActivityCause = 'person' | 'run' | 'undo' | 'sweep' | 'portal' | 'crm' | 'sync';

const causes: Record<string, ActivityCause> = {
  asked: 'person',
  import: 'person',
  confirmed: 'person',
  recreate: 'person',
  match: 'person',
  sweep: 'sweep',
  sweep_deleted: 'sweep',
  local_look: 'sweep',
  event: 'portal',
  added: 'portal',
  deleted: 'portal',
  changed: 'crm',
  bulk: 'crm',
};

/** A line of the activity as callers see it. Pure. */
export function presentActivity(row: ActivityRow) {
  return {
    id: row.id,
    source: row.source,
    at: row.created_at.toISOString(),
    local_type: row.entity,
    local_id: row.local_id,
    bitrix24_id: row.bitrix24_id,
    local_name: row.local_name,
    direction: row.direction,
    operation: row.operation,
    cause: causeOf(row),
    reason: row.reason,
    run_id: row.run_id,
    actor: row.actor,
    actor_name: row.actor_name,
    changes: Object.entries(row.changes).map(([field, { before, after }]) => ({ field, before, after })),
    /** `POST …/activity/:id/undo` may take it back. */
    undoable: row.source === 'sync' && (fieldOperations.has(row.operation) || creatingOperations.has(row.operation)),
  };
}

/** Pure. */
export function causeOf({
  source,
  run_kind: kind,
  reason,
  actor,
  run_id: runId,
}: Pick<ActivityRow, 'source' | 'run_kind' | 'reason' | 'actor' | 'run_id'>): ActivityCause {
  if (source === 'visitor') return 'person';
  if (runId !== null) return kind === 'undo' ? 'undo' : 'run';
  return actor === null ? (causes[reason ?? ''] ?? 'sync') : 'person';
}

export const csvHeader = csvRow([
  ...['at', 'local_type', 'local_id', 'bitrix24_id', 'local_name', 'cause', 'actor', 'actor_name', 'run_id'],
  ...['direction', 'operation', 'field', 'before', 'after'],
]);

/** A line of the activity as rows of a spreadsheet, one a field. Pure. */
export function activityCsv(row: ActivityRow): string {
  const { at, local_type, local_id, bitrix24_id, local_name, cause, changes, ...shown } = presentActivity(row);
  const head = [at, local_type, local_id, bitrix24_id, local_name, cause, shown.actor, shown.actor_name, shown.run_id];
  const fields = changes.length > 0 ? changes : [{ field: null, before: null, after: null }];
  return fields
    .map(({ field, before, after }) =>
      csvRow([...head, shown.direction, shown.operation, field, textOf(before), textOf(after)]),
    )
    .join('');
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
