import type { Transaction } from 'sequelize';
import type { Text } from '../../lib/errors.ts';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { closeFault, type FaultCause, listOpenFaults, openFault } from '../faults/fault-store.ts';
import { scopeWord } from '../faults/fault-texts.ts';
import { unknownValues } from '../plan/scope-lists.ts';
import type { Settings, SettingsProblem } from '../plan/settings.ts';
import { listSchema } from './schema-store.ts';

/** Values of a rule that the portal has no more. */
interface Gone {
  entity: Entity;
  field: string;
  values: string[];
}

/**
 * Opens a fault for each list of a scope that names what the portal does not have (a funnel, stage, source or type that was deleted), and
 * ends those that are in order again. The rule goes on saying what it says. Works on what was last read. Repeat-safe.
 */
export async function settleScopeFaults(
  db: Database,
  tenantId: number,
  settings: Settings,
  transaction: Transaction,
): Promise<void> {
  const gone = await findGone(db, tenantId, settings, transaction);
  if (!gone) return;
  const open = (await listOpenFaults(db, tenantId, transaction)).filter(
    ({ scope, subject }) => scope === 'kind' && isScopeFault(subject),
  );
  for (const one of gone) {
    const subject = subjectOf(one);
    const error = causeOf(one);
    const told = open.find((fault) => fault.subject === subject);
    if (told?.text.ru === error.text.ru) continue;
    await openFault(db, tenantId, { key: { scope: 'kind', subject }, error, nextTryAt: null }, transaction);
  }
  const stays = new Set(gone.map(subjectOf));
  for (const { subject } of open) {
    if (!stays.has(subject)) await closeFault(db, tenantId, { scope: 'kind', subject }, transaction);
  }
}

/** The same as problems of the settings, by their paths. */
export async function readScopeProblems(
  db: Database,
  tenantId: number,
  settings: Settings,
): Promise<SettingsProblem[]> {
  const gone = (await findGone(db, tenantId, settings)) ?? [];
  return gone.map((one) => ({ path: `scope.${one.entity}.bitrix24.${one.field}`, problem: problemOf(one) }));
}

/** Null: the portal's lists were never read. */
async function findGone(
  db: Database,
  tenantId: number,
  { scope }: Settings,
  transaction?: Transaction,
): Promise<Gone[] | null> {
  const stored = (await listSchema(db, tenantId, transaction)).find(({ part }) => part === 'lists');
  if (!stored) return null;
  const lists = new Map(
    Object.entries(stored.content).map(([name, { options }]) => [name, options.map(({ id }) => id)]),
  );
  return entities.flatMap((entity) => {
    const unknown = unknownValues(entity, scope[entity].bitrix24, lists);
    return [...new Set(unknown.map(({ field }) => field))].map((field) => ({
      entity,
      field,
      values: unknown.filter((one) => one.field === field).map(({ value }) => value),
    }));
  });
}

function isScopeFault(subject: string): boolean {
  return subject.split(':')[1] === scopeWord;
}

function subjectOf({ entity, field }: Pick<Gone, 'entity' | 'field'>): string {
  return `${entity}:${scopeWord}:${field}`;
}

function problemOf({ values }: Gone): Text {
  const named = values.join(', ');
  return {
    ru: `в портале больше нет: ${named}; этим значениям ничего не соответствует`,
    en: `the portal has no longer: ${named}; no record fits these values`,
  };
}

function causeOf(gone: Gone): FaultCause {
  const path = `scope.${gone.entity}.bitrix24.${gone.field}`;
  const problem = problemOf(gone);
  const reason = {
    ru: `Правило отбора ${path}: ${problem.ru}`,
    en: `The rule ${path}: ${problem.en}`,
  };
  const advice = {
    ru: 'Уберите эти значения из правила в настройках интеграции или создайте их в портале заново',
    en: 'Remove these values from the rule in the integration settings, or make them in the portal again',
  };
  return { code: 'scope_value_gone', text: reason, reason, advice };
}
