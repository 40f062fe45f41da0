import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { Rests } from '../queue/rests.ts';

interface RestRow {
  entity: Entity | null;
  local_id: number | null;
  by_hand: boolean;
}

/** What of a tenant rests now, by its pauses and by the switch `automatic`. */
export async function readRests(db: Database, tenantId: number): Promise<Rests> {
  const rows = await queryRows<RestRow>(
    db,
    `select entity, local_id, false as by_hand from sync_pauses where tenant_id = $tenantId
     union all
     select kind, null, true from companies c cross join unnest(array['object', 'user', 'contract']) as kind
      where c.id = $tenantId and not axenta_automatic(c.settings, c.settings_good, kind)`,
    { tenantId },
  );
  const pauses = rows.filter((row) => !row.by_hand);
  const kindsOf = (some: readonly RestRow[]) =>
    new Set(some.flatMap(({ entity, local_id: id }) => (entity && id === null ? [entity] : [])));
  return {
    everything: pauses.some(({ entity }) => entity === null),
    kinds: kindsOf(pauses),
    records: new Set(pauses.flatMap(({ entity, local_id: id }) => (id === null ? [] : [`${entity}:${id}`]))),
    byHand: kindsOf(rows.filter((row) => row.by_hand)),
  };
}
