import { isDeepStrictEqual } from 'node:util';
import { type Database, queryRows } from '../../models/database.ts';
import type { SyncDeps } from '../deps.ts';
import { type Settings, type SettingsProblem, type Understood, understandSettings } from '../plan/settings.ts';

interface StoredRow {
  settings: unknown;
  settings_good: unknown;
  settings_problems: SettingsProblem[];
}

/** The tenant's settings with defaults; what is damaged counts as it was last understood. */
export async function readSettings(deps: Pick<SyncDeps, 'db'>, tenantId: number): Promise<Settings> {
  return (await readUnderstood(deps.db, tenantId)).settings;
}

/** The same with what is not understood. */
export async function readUnderstood(db: Database, tenantId: number): Promise<Understood> {
  const row = await readRow(db, tenantId);
  return understandSettings(row?.settings, row?.settings_good);
}

/**
 * The settings for the pass that begins; read anew for each, so that a change is obeyed at once. What is understood is remembered for the
 * day when another program damages it; what is not is told in the log, once.
 */
export async function takeSettings(deps: Pick<SyncDeps, 'db' | 'log'>, tenantId: number): Promise<Settings> {
  const row = await readRow(deps.db, tenantId);
  const { settings, chosen, problems } = understandSettings(row?.settings, row?.settings_good);
  const isKnown =
    isDeepStrictEqual(chosen, row?.settings_good ?? {}) && isDeepStrictEqual(problems, row?.settings_problems ?? []);
  if (row && !isKnown && (await remember(deps.db, tenantId, row, { settings, chosen, problems }))) {
    if (problems.length > 0 && !isDeepStrictEqual(problems, row.settings_problems)) report(deps, tenantId, problems);
  }
  return settings;
}

async function readRow(db: Database, tenantId: number): Promise<StoredRow | undefined> {
  const [row] = await queryRows<StoredRow>(
    db,
    'select settings, settings_good, settings_problems from companies where id = $tenantId',
    { tenantId },
  );
  return row;
}

/** False when the settings were changed meanwhile, or are being changed just now: the next pass looks again. */
async function remember(db: Database, tenantId: number, row: StoredRow, understood: Understood): Promise<boolean> {
  const remembered = await queryRows(
    db,
    `update companies set settings_good = $chosen::jsonb, settings_problems = $problems::jsonb
      where id = (select id from companies where id = $tenantId and settings is not distinct from $stored::jsonb
                     for no key update skip locked)
     returning id`,
    {
      tenantId,
      stored: JSON.stringify(row.settings),
      chosen: JSON.stringify(understood.chosen),
      problems: JSON.stringify(understood.problems),
    },
  );
  return remembered.length > 0;
}

function report({ log }: Pick<SyncDeps, 'log'>, tenantId: number, problems: readonly SettingsProblem[]): void {
  log.error(
    { tenant_id: tenantId, operation: 'settings', result: 'error', code: 'settings_damaged' },
    `Настройки поняты не полностью: ${problems.map(({ path, problem }) => `${path} — ${problem.ru}`).join('; ')}`,
  );
}
