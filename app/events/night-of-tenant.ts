import { type Database, queryRows } from '../models/database.ts';
import { lastNightlyMoment } from './night.ts';

const dayMs = 86_400_000;

/** The tenant's next moment for nightly work after `now`, by the clock of its portal; without a portal by UTC. */
export async function readNextNight(db: Database, tenantId: number, now: Date): Promise<Date> {
  const [row] = await queryRows<{ offset: number }>(
    db,
    `select utc_offset_min as offset from bitrix24_connections join bitrix24_effective_connections using (tenant_id, kind)
      where tenant_id = $tenantId`,
    { tenantId },
  );
  return new Date(lastNightlyMoment(tenantId, row?.offset ?? 0, now).getTime() + dayMs);
}
