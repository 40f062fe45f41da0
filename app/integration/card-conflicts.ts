import { notFound } from '../lib/errors.ts';
import { entityOf } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import type { Card } from './cards.ts';
import type { ConflictRow } from './conflict-list.ts';
import { resolveConflict } from './conflicts.ts';
import { readPeopleNames } from './history-names.ts';
import type { PairViewDeps } from './pair-view.ts';
import { localNameSql } from './record-name.ts';

/** An open conflict as the tab of a card shows it. */
export interface CardConflict
  extends Pick<
    ConflictRow,
    | 'id'
    | 'field'
    | 'local_value'
    | 'bitrix24_value'
    | 'winner'
    | 'policy'
    | 'state'
    | 'standing'
    | 'local_changed_at'
    | 'bitrix24_changed_at'
    | 'created_at'
  > {
  local_id: number;
  local_name: string | null;
  /** Who changed the record in the portal; null where it does not tell. */
  bitrix24_changed_by: string | null;
  bitrix24_changed_by_name: string | null;
}

const ofCard = `s.tenant_id = $tenantId and s.entity = $entity and (s.bitrix24_id = $remoteId or s.local_id = $localId)`;

/** Open conflicts of the records behind a card, the newest first. `localId` is the record that the card shows. */
export async function listCardConflicts(
  { db, clientFor }: PairViewDeps,
  card: Card,
  localId: number | null,
): Promise<CardConflict[]> {
  const rows = await queryRows<Omit<CardConflict, 'bitrix24_changed_by_name'>>(
    db,
    `select s.id, s.local_id, s.field, s.local_value, s.bitrix24_value, s.winner, s.policy, s.state, s.standing, s.local_changed_at,
            s.bitrix24_changed_at, s.bitrix24_changed_by, s.created_at,
            ${localNameSql({ tenant: 's.tenant_id', entity: 's.entity', id: 's.local_id' })} as local_name
       from sync_conflicts s where ${ofCard} and s.state = 'open' order by s.standing desc, s.id desc`,
    bindOf(card, localId),
  );
  const ids = [...new Set(rows.flatMap(({ bitrix24_changed_by: by }) => Number(by) || []))];
  const names = await readPeopleNames(() => clientFor(card.tenantId), ids);
  return rows.map((row) => ({ ...row, bitrix24_changed_by_name: names.get(Number(row.bitrix24_changed_by)) ?? null }));
}

/** Settles a conflict of a record behind the card. Throws `not_found` for any other, and what `resolveConflict` throws. Repeat-safe. */
export async function settleCardConflict(
  db: Database,
  card: Card,
  id: number,
  decision: { keep: 'crm' | 'bitrix24'; actor: string },
): Promise<ConflictRow> {
  const own = await queryRows(db, `select 1 from sync_conflicts s where ${ofCard} and s.id = $id`, {
    ...bindOf(card, null),
    id,
  });
  if (own.length === 0) throw notFound();
  return resolveConflict(db, card.tenantId, id, { ...decision, decisionId: null });
}

function bindOf({ tenantId, type, id }: Card, localId: number | null) {
  return { tenantId, entity: entityOf[type], remoteId: String(id), localId };
}
