import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { personNameSql } from '../../models/person-name.ts';

/** Since when something rests, and who paused it. */
export interface Pause {
  since: Date;
  /** `sub` of the token. */
  by: string;
  /** As the portal names a visitor of its pages; null for others. */
  by_name: string | null;
}

/** What of a tenant is paused. */
export interface Pauses {
  /** The whole tenant; null when it is not. */
  tenant: Pause | null;
  kinds: (Pause & { kind: Entity })[];
  /** How many single records are. */
  records: number;
}

interface PauseRow extends Pause {
  entity: Entity | null;
}

/** What of a tenant is paused, by whom and since when. */
export async function readPauses(db: Database, tenantId: number): Promise<Pauses> {
  const rows = await queryRows<PauseRow>(
    db,
    `select entity, since, paused_by as by, ${personNameSql('s.tenant_id', 's.paused_by')} as by_name
       from sync_pauses s where tenant_id = $tenantId and local_id is null order by since`,
    { tenantId },
  );
  const [counted] = await queryRows<{ records: number }>(
    db,
    'select count(*)::integer as records from sync_pauses where tenant_id = $tenantId and local_id is not null',
    { tenantId },
  );
  const whole = rows.find(({ entity }) => entity === null);
  return {
    tenant: whole ? { since: whole.since, by: whole.by, by_name: whole.by_name } : null,
    kinds: rows.flatMap(({ entity, ...pause }) => (entity ? [{ kind: entity, ...pause }] : [])),
    records: counted?.records ?? 0,
  };
}
