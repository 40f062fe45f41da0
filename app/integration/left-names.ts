import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import type { UndoLeft } from '../sync/journal/undo-left.ts';
import { localNameSql } from './record-name.ts';

/** What people know a record, and a person, by. */
export interface LeftNames {
  local_name: string | null;
  actor_name: string | null;
}

/** Names for what an undo left, in the order of its rows. */
export function readLeftNames(db: Database, tenantId: number, left: readonly UndoLeft[]): Promise<LeftNames[]> {
  const rows = left.map(({ entity, localId, actor }, n) => ({ n, entity, id: localId, actor }));
  return queryRows<LeftNames>(
    db,
    `select ${localNameSql({ tenant: '$tenantId', entity: 'l.entity', id: 'l.id' })} as local_name,
            ${personNameSql('$tenantId', 'l.actor')} as actor_name
       from jsonb_to_recordset($rows::jsonb) as l (n integer, entity text, id integer, actor text) order by l.n`,
    { tenantId, rows: JSON.stringify(rows) },
  );
}
