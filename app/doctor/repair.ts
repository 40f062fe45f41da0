import { AppError, type Text } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { entities } from '../lib/records.ts';
import type { CheckName, DoctorDeps } from './check.ts';
import { lookAtDuplicates } from './duplicates.ts';

/** What can be mended from here; everything else needs a person, and says what to do. */
export const repairable = [
  'installation',
  'token',
  'events',
  'placements',
  'offline',
  'schema',
  'duplicates',
] as const satisfies readonly CheckName[];
export type Repairable = (typeof repairable)[number];

export interface Repaired {
  name: Repairable;
  error: AppError | null;
}

type Action = (deps: DoctorDeps, tenantId: number, log: Log) => Promise<void>;

/** All subscriptions are brought in order together. */
const bind: Action = (deps, tenantId, log) => deps.bind(tenantId, log);

const actions: Record<Repairable, Action> = {
  installation: bind,
  events: bind,
  placements: bind,
  offline: bind,
  token: (deps, tenantId) => deps.renewToken(tenantId),
  schema: readFields,
  duplicates: lookAtDuplicates,
};

/** Does what mends the named parts, each kind of work once. One that fails costs no other. Repeat-safe. */
export async function repair(
  deps: DoctorDeps,
  tenantId: number,
  { names, log }: { names: readonly Repairable[]; log: Log },
): Promise<Repaired[]> {
  const done = new Map<Action, AppError | null>();
  for (const action of new Set(names.map((name) => actions[name]))) {
    done.set(action, await attempt(() => action(deps, tenantId, log), log));
  }
  return names.map((name) => ({ name, error: done.get(actions[name]) ?? null }));
}

async function attempt(work: () => Promise<void>, log: Log): Promise<AppError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    log.error({ err: error, operation: 'doctor_repair' }, 'Исправление не выполнено');
    return new AppError({ code: 'internal_error', status: 500, text: notDone, cause: error });
  }
}

const notDone: Text = {
  ru: 'Не получилось: внутренняя ошибка записана в журнал',
  en: 'It did not work: an internal error was logged',
};

async function readFields({ clientFor }: DoctorDeps, tenantId: number): Promise<void> {
  const client = await clientFor(tenantId);
  client.clearCache();
  for (const entity of entities) await client.fields(entity, { urgency: 'interactive' });
}
