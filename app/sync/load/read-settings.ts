import { queryRows } from '../../models/database.ts';
import type { SyncDeps } from '../deps.ts';
import { type Settings, settingsOf } from '../plan/settings.ts';

/** The tenant's settings with defaults; read anew for every chunk, so that a change is obeyed at once. */
export async function readSettings(deps: Pick<SyncDeps, 'db'>, tenantId: number): Promise<Settings> {
  const [company] = await queryRows<{ settings: unknown }>(
    deps.db,
    'select settings from companies where id = $tenantId',
    { tenantId },
  );
  return settingsOf(company?.settings);
}
