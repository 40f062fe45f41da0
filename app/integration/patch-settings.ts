import type { Caller } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import { AppError } from '../lib/errors.ts';
import { type StoredSettings, settingsSchema } from '../sync/plan/settings.ts';
import { type SavedBy, type SettingsDeps, saveSettings } from './settings.ts';
import type { Document } from './settings-diff.ts';
import { withPatch } from './settings-patch.ts';
import { refuseLockingOut } from './settings-request.ts';
import { readVersioned } from './settings-versions.ts';

/** Two people who change different keys at the same moment both succeed; more than this many at once do not occur. */
const attempts = 5;

/**
 * Changes the named keys of a tenant's settings as they are understood now. Without a version of the caller's, somebody else's save in the
 * same moment is kept, and the patch is laid over it. Throws as `saveSettings`.
 */
export async function patchSettings(deps: SettingsDeps, caller: Caller, patch: Document, by: SavedBy) {
  const { tenantId } = caller;
  for (let attempt = 1; ; attempt += 1) {
    const { version, understood } = await readVersioned(deps.db, tenantId);
    const merged = validate(settingsSchema, withPatch(understood.chosen, patch), 'settings') as StoredSettings;
    refuseLockingOut(caller, merged);
    try {
      return await saveSettings(deps, tenantId, merged, { ...by, expected: by.expected ?? [version] });
    } catch (error) {
      const isOvertaken = error instanceof AppError && error.code === 'settings_changed' && !by.expected;
      if (!isOvertaken || attempt === attempts) throw error;
    }
  }
}
