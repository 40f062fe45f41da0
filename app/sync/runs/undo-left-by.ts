import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { UndoLeft } from '../journal/undo-left.ts';
import { type LoggedLine, laterSides } from '../journal/undo-lines.ts';
import type { LoadedPair } from '../pair.ts';
import { changedBy } from '../plan/changed-by.ts';
import type { LeftField } from '../plan/undo.ts';

/** Something left, with who changed its record last in the portal. */
export interface Left extends Omit<UndoLeft, 'actor'> {
  portalEditor: string | null;
}

export function leftOf(
  { localId, lines, pair }: { localId: number; lines: readonly LoggedLine[]; pair: LoadedPair | null },
  { key, logId, reason, side }: LeftField,
): Left {
  const line = lines.find(({ id }) => id === logId);
  return {
    ...{ logId, localId, field: key, reason, side: side ?? null },
    entity: line?.entity ?? 'object',
    remoteId: line?.remoteId ?? null,
    portalEditor: pair?.remote ? changedBy(pair.remote) : null,
  };
}

/**
 * Says of edited values whose they are, and by whom, as far as that is known: an edit that was carried over since stands on both sides, and
 * the log tells where it came from. What other programs write into the CRM names no person.
 */
export async function nameEditors(
  db: Database,
  tenantId: number,
  left: readonly Left[],
  transaction: Transaction,
): Promise<UndoLeft[]> {
  const edited = left.filter(({ reason }) => reason === 'edited');
  const sides = edited.length > 0 ? await laterSides(db, tenantId, edited, transaction) : new Map();
  const visitors = await editorsOf(db, tenantId, edited, transaction);
  return left.map(({ portalEditor, ...one }) => {
    if (one.reason !== 'edited') return { ...one, actor: null };
    const side: UndoLeft['side'] = sides.get(`${one.localId}:${one.field}`) ?? one.side;
    const inPortal = portalEditor === null ? null : `bitrix24:${portalEditor}`;
    const actor = side === 'bitrix24' ? inPortal : (visitors.get(`${one.entity}:${one.localId}`) ?? null);
    return { ...one, side, actor };
  });
}

/** Visitors of our pages who edited the CRM's records since, the last of each. */
async function editorsOf(
  db: Database,
  tenantId: number,
  edited: readonly Left[],
  transaction: Transaction,
): Promise<Map<string, string>> {
  if (edited.length === 0) return new Map();
  const rows = await queryRows<{ entity: Entity; localId: number; subject: string }>(
    db,
    `select distinct on (entity, local_id) entity, local_id as "localId", subject from visitor_actions
      where tenant_id = $tenantId and action = 'edited_record' and local_id = any($ids)
        and created_at > (select min(created_at) from sync_log where tenant_id = $tenantId and id = any($lines))
      order by entity, local_id, created_at desc`,
    {
      tenantId,
      ids: edited.flatMap(({ localId }) => localId ?? []),
      lines: edited.map(({ logId }) => logId),
    },
    transaction,
  );
  return new Map(rows.map(({ entity, localId, subject }) => [`${entity}:${localId}`, subject]));
}
