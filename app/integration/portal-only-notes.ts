import type { Language, Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { decoded } from './error-texts.ts';

/** What is going on here about a record of the portal alone. */
export interface PortalRowNotes {
  /** It is queued: its CRM record may be made in a moment. */
  waiting: boolean;
  /** The open error that tells of it, one that a person has to look at first. */
  error: { id: number; code: string; message: string; text: Text | null; status: 'pending' | 'failed' } | null;
}

/** Notes of those records that there is something to say about, by their ids. */
export async function readRowNotes(
  db: Database,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  ids: readonly number[],
): Promise<Map<number, PortalRowNotes>> {
  const rows = await queryRows<PortalRowNotes & { id: number }>(
    db,
    `select r.id, q.record_id is not null as waiting, e.error
       from unnest($ids::integer[]) r (id)
       left join sync_queue q on q.tenant_id = $tenantId and q.entity = $entity and q.side = 'bitrix24' and q.record_id = r.id
       left join lateral (
         select jsonb_build_object('id', id, 'code', code, 'message', message, 'text', response -> 'text', 'status', status) as error
           from integration_errors
          where tenant_id = $tenantId and local_type = $entity and local_id is null and external_id = r.id::text
            and status <> 'resolved' order by status, id desc limit 1) e on true
      where q.record_id is not null or e.error is not null`,
    { tenantId, entity, ids },
  );
  return new Map(rows.map(({ id, ...notes }) => [id, notes]));
}

/** The error in the reader's language. Pure. */
export function presentNotes({ waiting, error }: PortalRowNotes, language: Language) {
  if (!error) return { waiting, error };
  const { text, ...shown } = error;
  return { waiting, error: { ...shown, message: decoded(text?.[language] ?? error.message) } };
}
