import type { Bitrix24Client } from '../bitrix24/client.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { portalFields } from '../sync/plan/scope.ts';
import { type ListIds, strayStages, type UnknownValue, unknownValues } from '../sync/plan/scope-lists.ts';
import type { KindScope, SideRule } from '../sync/plan/scope-settings.ts';
import type { SettingsProblem } from '../sync/plan/settings.ts';

export interface ScopeCheckDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** Whose rule it is, and where it stands in the request. */
export interface CheckedRule {
  tenantId: number;
  entity: Entity;
  path: string;
}

const interactive = { urgency: 'interactive' } as const;

/**
 * What the rules of a kind name that is not there: contracts of the CRM; fields, funnels, stages, sources, types and users of the portal.
 * The portal is asked only for what the rules name. Throws `Bitrix24Error` when it does not answer.
 */
export async function checkScope(
  deps: ScopeCheckDeps,
  checked: CheckedRule,
  { crm, bitrix24 }: Pick<KindScope, 'crm' | 'bitrix24'>,
): Promise<SettingsProblem[]> {
  const contracts = await checkContracts(deps.db, { ...checked, path: `${checked.path}.crm` }, crm);
  if (!bitrix24 || Object.keys(bitrix24).length === 0) return contracts;
  const client = await deps.clientFor(checked.tenantId);
  const own = { ...checked, path: `${checked.path}.bitrix24` };
  return [
    ...contracts,
    ...(await checkFields(client, own, bitrix24)),
    ...(await checkLists(client, own, bitrix24)),
    ...(await checkUsers(client, own, bitrix24)),
  ];
}

async function checkContracts(
  db: Database,
  { tenantId, path }: CheckedRule,
  rule: SideRule | undefined,
): Promise<SettingsProblem[]> {
  const ids = numbersOf(rule?.contract_ids);
  if (ids.length === 0) return [];
  const rows = await queryRows<{ id: number }>(
    db,
    'select id from contracts where tenant_id = $tenantId and id = any($ids) and deleted_at is null',
    { tenantId, ids },
  );
  const known = new Set(rows.map(({ id }) => id));
  return unknownNumbers(ids, known, `${path}.contract_ids`, (id) => ({
    ru: `договора ${id} нет`,
    en: `there is no contract ${id}`,
  }));
}

async function checkFields(client: Bitrix24Client, { entity, path }: CheckedRule, rule: SideRule) {
  const fields = await client.fields(entity, interactive);
  return Object.keys(rule).flatMap((field): SettingsProblem[] => {
    const names = portalFields[field];
    if (!names || names.some((name) => fields.has(name))) return [];
    const shown = names.join(', ');
    const problem = { ru: `портал не показывает поля ${shown}`, en: `the portal does not show the field ${shown}` };
    return [{ path: `${path}.${field}`, problem }];
  });
}

const named: Record<string, (value: string) => SettingsProblem['problem']> = {
  categories: (value) => ({ ru: `в портале нет воронки ${value}`, en: `the portal has no funnel ${value}` }),
  stages: (value) => ({ ru: `в портале нет стадии ${value}`, en: `the portal has no stage ${value}` }),
  sources: (value) => ({ ru: `в портале нет источника ${value}`, en: `the portal has no source ${value}` }),
  types: (value) => ({ ru: `в портале нет типа ${value}`, en: `the portal has no type ${value}` }),
};

/** What an administrator made a moment ago may not be in the lists that are remembered: they are read once more. */
async function checkLists(client: Bitrix24Client, { entity, path }: CheckedRule, rule: SideRule) {
  if (!Object.keys(named).some((field) => rule[field] !== undefined)) return [];
  let lists = await readLists(client);
  if (unknownValues(entity, rule, lists).length > 0) {
    client.clearCache();
    lists = await readLists(client);
  }
  const at = ({ field, index }: UnknownValue) => `${path}.${field}.${index}`;
  return [
    ...unknownValues(entity, rule, lists).flatMap((one): SettingsProblem[] => {
      const problem = named[one.field]?.(one.value);
      return problem ? [{ path: at(one), problem }] : [];
    }),
    ...strayStages(rule, lists).map((one): SettingsProblem => {
      const problem = {
        ru: `стадия ${one.value} не из воронок, названных в categories`,
        en: `the stage ${one.value} is in none of the funnels that categories names`,
      };
      return { path: at(one), problem };
    }),
  ];
}

async function readLists(client: Bitrix24Client): Promise<ListIds> {
  const lists = await client.lists(interactive);
  return new Map([...lists].map(([name, options]) => [name, options.map(({ id }) => id)]));
}

async function checkUsers(client: Bitrix24Client, { path }: CheckedRule, rule: SideRule): Promise<SettingsProblem[]> {
  const ids = numbersOf(rule.responsible);
  if (ids.length === 0) return [];
  const own = `${path}.responsible`;
  try {
    const known = await client.users(ids, interactive);
    return unknownNumbers(ids, known, own, (id) => ({
      ru: `в портале нет сотрудника ${id}`,
      en: `the portal has no user ${id}`,
    }));
  } catch (error) {
    if (!(error instanceof Bitrix24Error) || error.code.toLowerCase() !== 'insufficient_scope') throw error;
    const problem = {
      ru: 'портал не показывает сотрудников: дайте подключению право user_brief и сохраните ещё раз',
      en: 'the portal does not show its users: give the connection the permission user_brief and save again',
    };
    return [{ path: own, problem }];
  }
}

function numbersOf(value: SideRule[string]): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function unknownNumbers(
  ids: readonly number[],
  known: Pick<ReadonlySet<number>, 'has'>,
  path: string,
  problemOf: (id: number) => SettingsProblem['problem'],
): SettingsProblem[] {
  return ids.flatMap((id, index) => (known.has(id) ? [] : [{ path: `${path}.${index}`, problem: problemOf(id) }]));
}
