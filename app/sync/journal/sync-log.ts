import type { Transaction } from 'sequelize';
import type { Log } from '../../lib/log.ts';
import type { Bitrix24Type, Entity, SyncDirection } from '../../lib/records.ts';
import { pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** One applied change, with what was before and after: the history of a record, and the source for undoing. */
export interface LogLine {
  entity: Entity;
  localId: number | null;
  remoteId: number | null;
  runId: number | null;
  direction: SyncDirection;
  operation: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  durationMs: number;
  /** Who decided it, as their token names them; absent: the synchronisation did it by itself. */
  actor?: string;
  /** Why the record was looked at: `changed`, `event`, `sweep`, `run`, `asked`, …; absent: not known. */
  reason?: string;
  /** Who changed the record in the portal, where the change came from there and the portal tells. */
  portalUser?: number;
}

/** Operations that tell what was decided about a pair; they change neither side. */
export const decisions = ['hold', 'hold_ended', 'confirm', 'stay_closed', 'match_link', 'match_create', 'match_ignore'];

/** A field that both sides changed differently, with both its canonical values. */
export interface ConflictLine {
  entity: Entity;
  localId: number;
  remoteId: number;
  key: string;
  localValue: string | null;
  remoteValue: string | null;
  winner: 'crm' | 'bitrix24' | 'none';
  /** The field was given up to the portal: one open conflict, however often it is changed there. */
  contested?: boolean;
  policy: 'latest' | 'crm' | 'bitrix24' | 'ask' | 'fill_only';
}

export async function saveLog(
  db: Database,
  tenantId: number,
  lines: readonly LogLine[],
  transaction: Transaction,
): Promise<void> {
  if (lines.length === 0) return;
  await queryRows(
    db,
    `insert into sync_log (tenant_id, entity, local_id, bitrix24_id, run_id, direction, operation, changes, duration_ms, actor, reason, portal_user)
     select $tenantId, entity, "localId", "remoteId", "runId", direction, operation, changes, "durationMs", actor, reason, "portalUser"
       from jsonb_to_recordset($lines::jsonb) as r (entity text, "localId" integer, "remoteId" text, "runId" integer,
            direction text, operation text, changes jsonb, "durationMs" integer, actor text, reason text, "portalUser" integer)`,
    { tenantId, lines: JSON.stringify(lines) },
    transaction,
  );
}

/**
 * Keeps the losing value of every field that both sides changed differently, the same two values once while they are open. A field that
 * was given up to the portal has one open row: the newest values replace those that it had. Repeat-safe.
 */
export async function saveConflicts(
  db: Database,
  tenantId: number,
  lines: readonly ConflictLine[],
  transaction: Transaction,
): Promise<void> {
  if (lines.length === 0) return;
  await queryRows(
    db,
    `insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy, contested)
     select $tenantId, entity, "localId", "remoteId", key, "localValue", "remoteValue", winner, policy, coalesce(contested, false)
       from jsonb_to_recordset($lines::jsonb) as r (entity text, "localId" integer, "remoteId" text, key text,
            "localValue" jsonb, "remoteValue" jsonb, winner text, policy text, contested boolean)
      where not exists (select 1 from sync_conflicts c where c.tenant_id = $tenantId and c.entity = r.entity and c.local_id = r."localId"
                           and c.field = r.key and c.state = 'open' and c.winner = r.winner
                           and c.local_value is not distinct from r."localValue"
                           and c.bitrix24_value is not distinct from r."remoteValue")
     on conflict (tenant_id, entity, local_id, field) where contested and state = 'open' do update
        set bitrix24_id = excluded.bitrix24_id, local_value = excluded.local_value, bitrix24_value = excluded.bitrix24_value,
            policy = excluded.policy`,
    { tenantId, lines: JSON.stringify(lines) },
    transaction,
  );
}

const localNames: Record<Entity, string> = { object: 'Объект', user: 'Пользователь', contract: 'Договор' };
const remoteNames: Record<Bitrix24Type, string> = { deal: 'сделка', contact: 'контакт', company: 'компания' };

const sentences: Record<string, (local: string, remote: string) => string> = {
  create: (local, remote) => `${local} успешно синхронизирован с Битрикс24 как ${remote}`,
  recreate: (local, remote) => `${local} создан в Битрикс24 заново как ${remote}`,
  link: (local, remote) => `${local} связан с записью Битрикс24: ${remote}`,
  move: (local, remote) => `${local} теперь связан с другой записью Битрикс24: ${remote}`,
  import: (local, remote) => `${local} создан из Битрикс24: ${remote}`,
  unlink: (local, remote) => `${local} удалён в CRM, связь снята: ${remote} остаётся в Битрикс24`,
  close: (local, remote) => `${local} удалён в CRM, ${remote} закрыта в Битрикс24`,
  delete: (local, remote) => `${local} и ${remote}: удалено вслед за другой стороной`,
  orphan: (local, remote) => `${local}: ${remote} удалена в Битрикс24, запись CRM сохранена`,
  forget: (local, remote) => `${local} и ${remote} удалены с обеих сторон, связь снята`,
  reopen: (local, remote) => `${local} восстановлен в CRM, ${remote} снова открыта на прежней стадии`,
  stay_closed: (local, remote) =>
    `${local} восстановлен в CRM, ${remote} остаётся на своей стадии: её изменили после закрытия`,
  hold: (local, remote) => `${local}, ${remote}: удаление придержано, решает человек`,
  hold_ended: (local, remote) => `${local}, ${remote}: удалять больше нечего, решение не нужно`,
  confirm: (local, remote) => `${local}, ${remote}: удаление подтверждено`,
  restore: (local, remote) => `${local}, ${remote}: удаление отменено`,
  undo: (local, remote) => `${local}, ${remote}: прежние значения возвращены`,
  match_link: (local, remote) => `${local}, ${remote}: признаны одной записью, решил человек`,
  match_create: (local) => `${local}: в Битрикс24 создаётся новая запись, решил человек`,
  match_ignore: (local) => `${local} остаётся без записи в Битрикс24, решил человек`,
};

/** Writes what was applied to the log, one line a change, in the words that operators know. */
export function reportLines(log: Log, tenantId: number, lines: readonly LogLine[]): void {
  for (const line of lines) {
    const local = `${localNames[line.entity]} ${line.localId}`;
    const remote = `${remoteNames[pairKinds[line.entity].bitrix24Type]} ${line.remoteId}`;
    const { direction, operation } = line;
    const changed = Object.keys(line.changes).join(', ');
    const sentence =
      operation === 'update'
        ? direction === 'to_bitrix'
          ? `${local} успешно синхронизирован с Битрикс24 как ${remote} (${changed})`
          : `${local} обновлён из Битрикс24, ${remote} (${changed})`
        : (sentences[operation]?.(local, remote) ?? `${local}, ${remote}: ${operation}`);
    log.info({ tenant_id: tenantId, operation, direction, result: 'ok', duration_ms: line.durationMs }, sentence);
  }
}
