import type { CallOptions } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import { databaseName } from '../../models/database-name.ts';
import type { SyncDeps } from '../deps.ts';
import type { SyncContext } from '../pair.ts';
import { readFieldMap } from './read-field-map.ts';
import { takeSettings } from './read-settings.ts';

/**
 * What a pass over pairs of one kind works with. Settings are read anew for every pass, so that a change is obeyed at once. Throws
 * AppError `not_configured` when the tenant has no connection.
 */
export async function openContext(
  deps: SyncDeps,
  tenantId: number,
  entity: Entity,
  options: CallOptions,
): Promise<SyncContext> {
  const client = await deps.clientFor(tenantId);
  const settings = await takeSettings(deps, tenantId);
  const fieldMap = await readFieldMap(deps.db, { tenantId, entity }, settings);
  const silent = await queryRows<{ id: number }>(
    deps.db,
    `select id from sync_runs where tenant_id = $tenantId and state = 'running' and silent`,
    { tenantId },
  );
  const silentRuns = new Set(silent.map((run) => run.id));
  const database = await databaseName(deps.db);
  const fields = { fieldMap, paused: new Set<string>(), returned: new Map<string, Date>() };
  return { database, tenantId, entity, settings, client, options, silentRuns, ...fields };
}
