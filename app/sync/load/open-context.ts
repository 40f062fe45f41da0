import type { CallOptions } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import { databaseName } from '../../models/database-name.ts';
import type { SyncDeps } from '../deps.ts';
import type { SyncContext } from '../pair.ts';
import type { KindScope } from '../plan/scope-settings.ts';
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
  const runs = await queryRows<{ id: number; silent: boolean; filter: Pick<KindScope, 'crm' | 'bitrix24'> }>(
    deps.db,
    `select id, silent, filter from sync_runs where tenant_id = $tenantId and state = 'running'`,
    { tenantId },
  );
  const silentRuns = new Set(runs.filter(({ silent }) => silent).map(({ id }) => id));
  const runFilters = new Map(runs.map(({ id, filter }) => [id, filter]));
  const database = await databaseName(deps.db);
  const fields = { fieldMap, placing: null, paused: new Set<string>(), returned: new Map<string, Date>() };
  return { database, tenantId, entity, settings, client, options, silentRuns, runFilters, ...fields };
}
