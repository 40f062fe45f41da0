import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import type { RunRow } from '../sync/runs/run-row.ts';

/** Why a preview does not tell any more what its run would do. */
export interface Outdated {
  /** `settings`: they were changed since; `records`: some were; `age`: it is older than an hour; `started`: its run was started. */
  reasons: ('settings' | 'records' | 'age' | 'started')[];
  /** How many records of its kinds changed since, on either side as far as is known here. */
  changed_records: number;
  /** The run that was started from it last. */
  started_run_id: number | null;
}

/** A preview is good for so long: the portal's side may have changed without a notice. */
const goodForMs = 3_600_000;

/** What has changed since a dry run began. Asks the portal nothing. */
export async function readOutdated(db: Database, run: RunRow, now: Date): Promise<Outdated> {
  const bind = { tenantId: run.tenant_id, since: run.created_at, id: run.id, seen: run.settings_seen };
  const [facts] = await queryRows<{ settings: boolean; started: number | null; theirs: number }>(
    db,
    `select (select md5(settings::text) from companies where id = $tenantId) is distinct from $seen::text as settings,
            (select max(id) from sync_runs where tenant_id = $tenantId and preview_id = $id) as started,
            (select count(*)::integer from bitrix24_sync_mappings m where m.tenant_id = $tenantId and m.local_type = any($entities)
                and m.bitrix24_modified_at > $since) as theirs`,
    { ...bind, entities: run.entities },
  );
  let changed = facts?.theirs ?? 0;
  for (const entity of run.entities) changed += await countChanged(db, run, entity);
  const reasons: Outdated['reasons'] = [];
  if (facts?.settings) reasons.push('settings');
  if (changed > 0) reasons.push('records');
  if (now.getTime() - run.created_at.getTime() > goodForMs) reasons.push('age');
  if (facts?.started) reasons.push('started');
  return { reasons, changed_records: changed, started_run_id: facts?.started ?? null };
}

async function countChanged(db: Database, run: RunRow, entity: Entity): Promise<number> {
  const [row] = await queryRows<{ count: number }>(
    db,
    `select count(*)::integer as count from ${pairKinds[entity].table} where tenant_id = $tenantId and updated_at > $since`,
    { tenantId: run.tenant_id, since: run.created_at },
  );
  return row?.count ?? 0;
}
