import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { LogLine } from './sync-log.ts';

/** A line of the log as an undo reads it. */
export interface LoggedLine extends Pick<LogLine, 'entity' | 'remoteId' | 'direction' | 'operation' | 'changes'> {
  id: number;
  localId: number;
}

/** What an undo takes back: all lines of a run, or one line. */
export interface UndoSource {
  runId?: number;
  logId?: number;
}

const meant = `tenant_id = $tenantId and ($runId::integer is null or run_id = $runId) and ($logId::bigint is null or id = $logId)
  and local_id is not null and operation not in ('hold', 'hold_ended', 'confirm', 'stay_closed', 'match_link', 'match_create', 'match_ignore')`;

function bindOf(tenantId: number, { runId, logId }: UndoSource) {
  return { tenantId, runId: runId ?? null, logId: logId ?? null };
}

/** Kinds of records that a run, or a line, has changed. */
export async function changedKinds(db: Database, tenantId: number, source: UndoSource): Promise<Entity[]> {
  const rows = await queryRows<{ entity: Entity }>(
    db,
    `select distinct entity from sync_log where ${meant}`,
    bindOf(tenantId, source),
  );
  return rows.map(({ entity }) => entity);
}

/** Lines of the next records of one kind, records and lines in their order. */
export async function nextLines(
  db: Database,
  tenantId: number,
  source: UndoSource,
  { entity, afterId, limit }: { entity: Entity; afterId: number; limit: number },
): Promise<LoggedLine[]> {
  return queryRows<LoggedLine>(
    db,
    `with records as (
       select distinct local_id from sync_log where ${meant} and entity = $entity and local_id > $afterId order by local_id limit $limit)
     select id::float8 as id, entity, local_id as "localId", bitrix24_id::integer as "remoteId", direction, operation, changes
       from sync_log join records using (local_id) where ${meant} and entity = $entity order by local_id, id`,
    { ...bindOf(tenantId, source), entity, afterId, limit },
  );
}

/** Records of one kind whose fields `keys` were changed by something else since a line of theirs. */
export async function changedSince(
  db: Database,
  tenantId: number,
  {
    entity,
    lines,
    keys,
    runId,
  }: { entity: Entity; lines: readonly LoggedLine[]; keys: readonly string[]; runId: number | null },
): Promise<Set<number>> {
  const firstOf = new Map<number, number>();
  for (const { localId, id } of lines) if (!firstOf.has(localId)) firstOf.set(localId, id);
  const since = [...firstOf].map(([localId, id]) => ({ localId, id }));
  const rows = await queryRows<{ id: number }>(
    db,
    `select distinct l.local_id as id from jsonb_to_recordset($since::jsonb) as r ("localId" integer, id bigint)
       join sync_log l on l.tenant_id = $tenantId and l.entity = $entity and l.local_id = r."localId" and l.id > r.id
      where l.run_id is distinct from $runId::integer and l.operation in ('update', 'undo') and l.changes ?| $keys::text[]`,
    { tenantId, entity, since: JSON.stringify(since), keys, runId },
  );
  return new Set(rows.map(({ id }) => id));
}

/** The side that a field's later value came from, by `record:field`: the newest line of the log about it that is younger than the undone one. */
export async function laterSides(
  db: Database,
  tenantId: number,
  fields: readonly { entity: Entity; localId: number | null; field: string | null; logId: number }[],
  transaction: Transaction,
): Promise<Map<string, 'crm' | 'bitrix24'>> {
  const rows = await queryRows<{ localId: number; field: string; direction: string }>(
    db,
    `select distinct on (r."localId", r.field) r."localId", r.field, l.direction
       from jsonb_to_recordset($fields::jsonb) as r (entity text, "localId" integer, field text, "logId" bigint)
       join sync_log l on l.tenant_id = $tenantId and l.entity = r.entity and l.local_id = r."localId" and l.id > r."logId"
      where l.changes ? r.field and l.operation = 'update'
      order by r."localId", r.field, l.id desc`,
    { tenantId, fields: JSON.stringify(fields) },
    transaction,
  );
  return new Map(
    rows.map(({ localId, field, direction }) => [
      `${localId}:${field}`,
      direction === 'from_bitrix' ? 'bitrix24' : 'crm',
    ]),
  );
}
