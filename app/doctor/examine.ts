import { Bitrix24Error } from '../bitrix24/errors.ts';
import { AppError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { checkEvents, checkOffline, checkPlacements, checkRoundTrip } from './binding-checks.ts';
import { type Check, type CheckName, checkNames, type DoctorDeps, type Finding, type Patient } from './check.ts';
import { checkAddress, checkDuplicates, checkLimits, checkSchema, checkToken, noConnection } from './own-checks.ts';
import {
  checkAdministrator,
  checkChangedFilter,
  checkClock,
  checkInstallation,
  checkPlan,
  checkRights,
} from './portal-checks.ts';

const checks: Record<CheckName, Check> = {
  installation: checkInstallation,
  rights: checkRights,
  administrator: checkAdministrator,
  token: checkToken,
  address: checkAddress,
  events: checkEvents,
  round_trip: checkRoundTrip,
  placements: checkPlacements,
  offline: checkOffline,
  clock: checkClock,
  plan: checkPlan,
  limits: checkLimits,
  schema: checkSchema,
  changed_filter: checkChangedFilter,
  duplicates: checkDuplicates,
};

/** Looks that ask the portal nothing: they go on while it is down. */
const own: readonly CheckName[] = ['token', 'address', 'limits', 'schema', 'duplicates'];

export interface Examined extends Finding {
  name: CheckName;
  at: Date;
}

/**
 * Looks at each named part, one after another. What cannot be looked at says why, and the others go on; once the portal cannot be
 * reached it is not asked again. Changes nothing that people would see.
 */
export async function examine(
  deps: DoctorDeps,
  tenantId: number,
  { names = checkNames, log }: { names?: readonly CheckName[]; log: Log },
): Promise<Examined[]> {
  const connection = await deps.connectionOf(tenantId);
  const installation = connection?.kind === 'installation' ? await deps.installationOf(tenantId) : null;
  const examined: Examined[] = [];
  let unreachable: Finding | null = connection ? null : noConnection;
  for (const name of checkNames.filter((one) => names.includes(one))) {
    const patient = connection && { tenantId, connection, installation };
    const found = await look(name, { deps, patient, unreachable, log });
    if (found.isUnreachable) unreachable = found.finding;
    examined.push({ name, ...found.finding, at: deps.clock.now() });
  }
  return examined;
}

interface Looked {
  finding: Finding;
  isUnreachable?: boolean;
}

async function look(
  name: CheckName,
  {
    deps,
    patient,
    unreachable,
    log,
  }: { deps: DoctorDeps; patient: Patient | null; unreachable: Finding | null; log: Log },
): Promise<Looked> {
  if (unreachable && !(patient && own.includes(name))) return { finding: unreachable };
  if (!patient) return { finding: noConnection };
  try {
    return { finding: await checks[name](deps, patient) };
  } catch (error) {
    if (!(error instanceof AppError)) {
      log.error({ err: error, operation: 'doctor', check: name }, 'Проверка не выполнена');
      return { finding: failed };
    }
    const isPortal = error instanceof Bitrix24Error;
    const saw = isPortal ? error.reason : error.text;
    const finding: Finding = { state: 'unknown', saw, ...(isPortal && { advice: error.advice }) };
    return { finding, isUnreachable: isPortal && (error.kind === 'network' || error.kind === 'auth') };
  }
}

const failed: Finding = {
  state: 'unknown',
  saw: {
    ru: 'Проверка не выполнена: внутренняя ошибка записана в журнал',
    en: 'It could not be looked at: an internal error was logged',
  },
};
