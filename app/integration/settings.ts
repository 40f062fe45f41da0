import { isDeepStrictEqual } from 'node:util';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import { fieldMapFor } from '../field-maps/custom.ts';
import type { FieldMapSettings } from '../field-maps/types.ts';
import { invalidRequest, type Text } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { lookAtAllWaiting } from '../sync/load/match-rulings.ts';
import { readUnderstood } from '../sync/load/read-settings.ts';
import { policiesOf } from '../sync/plan/plan-pair.ts';
import {
  type Settings,
  type SettingsProblem,
  type StoredSettings,
  settingsKeys,
  type Understood,
  understandSettings,
} from '../sync/plan/settings.ts';
import { enqueueLinked } from '../sync/queue/enqueue-linked.ts';
import { enqueueStanding } from '../sync/queue/enqueue-standing.ts';
import { releaseResting } from '../sync/queue/rests.ts';
import { settleFieldFaults } from '../sync/schema/settle-field-faults.ts';
import { settlePlacement } from '../sync/schema/settle-placement.ts';
import { checkCustomPairs } from './check-custom-pairs.ts';
import { checkMatching } from './check-matching.ts';
import { type CheckedPlacement, checkPlacement } from './check-placement.ts';
import { checkScope } from './check-scope.ts';
import { touchedKinds } from './map-changes.ts';
import { carryOutScope } from './scope-saved.ts';
import { addVersion, followStored, readVersioned, requireVersion } from './settings-versions.ts';

export interface SettingsDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** By whom settings are saved, and which version of them is to be replaced. */
export interface SavedBy {
  author: string;
  note?: string | null;
  /** The versions that the caller knows; absent or null: whatever stands is replaced. */
  expected?: readonly number[] | null;
}

/**
 * Replaces a tenant's settings: what is absent goes back to its default, keys of other programs stay. The tenant's own field pairs are checked against the
 * portal's field list, so they need a connection. Linked records of kinds that are switched to automatic again, or whose field map is
 * another one now, are queued behind everything else.
 * Throws `invalid_request` with every problem at once, 409 `settings_changed` when another version stands than the caller knows; then
 * nothing changed.
 */
export async function saveSettings(
  deps: SettingsDeps,
  tenantId: number,
  settings: StoredSettings,
  by: SavedBy,
): Promise<{ version: number; understood: Understood }> {
  if (by.expected) {
    const { version: present } = await readVersioned(deps.db, tenantId);
    await requireVersion(deps.db, tenantId, { present, expected: by.expected });
  }
  const placement = await checkSettings(deps, tenantId, settings);
  return store(deps.db, tenantId, settings, { ...by, placement });
}

/**
 * Throws `invalid_request` with every problem of settings that their schema does not see. Nothing is stored. Returns what was seen of the
 * portal for the places of new records.
 */
export async function checkSettings(
  deps: SettingsDeps,
  tenantId: number,
  settings: StoredSettings,
): Promise<CheckedPlacement> {
  const problems: SettingsProblem[] = [];
  for (const entity of entities) {
    const fields = async (isAnew: boolean) => {
      const client = await deps.clientFor(tenantId);
      if (isAnew) await client.refreshFields(entity, { urgency: 'interactive' });
      return client.fields(entity, { urgency: 'interactive' });
    };
    const scope = settings.scope?.[entity];
    if (scope) problems.push(...(await checkScope(deps, { tenantId, entity, path: `scope.${entity}` }, scope)));
    const matching = settings.matching?.[entity];
    if (matching) problems.push(...(await checkMatching(entity, matching, fields)));
    const fieldMap = settings.field_map?.[entity];
    if (!fieldMap) continue;
    problems.push(...checkBuiltIn(entity, fieldMap), ...checkTwice(entity, fieldMap));
    if (fieldMap.custom?.length) {
      const client = await deps.clientFor(tenantId);
      problems.push(...(await checkCustomPairs({ db: deps.db, client }, { tenantId, entity }, fieldMap)));
    }
  }
  const { settings: before } = await readUnderstood(deps.db, tenantId);
  const places = { before: before.placement, after: settings.placement };
  const placement = await checkPlacement(places, () => deps.clientFor(tenantId));
  problems.push(...placement.problems);
  if (problems.length > 0) {
    throw invalidRequest(
      {
        ru: `Настройки не сохранены: ${problems.map(({ path, problem }) => `${path} — ${problem.ru}`).join('; ')}`,
        en: `The settings were not saved: ${problems.map(({ path, problem }) => `${path}: ${problem.en}`).join('; ')}`,
      },
      problems,
    );
  }
  return placement;
}

/** Kinds that are synchronised automatically again are looked at as after a reconnection: their changes were not queued. */
function store(
  db: Database,
  tenantId: number,
  settings: StoredSettings,
  { author, note = null, expected = null, placement: { choices } }: SavedBy & { placement: CheckedPlacement },
): Promise<{ version: number; understood: Understood }> {
  const after = understandSettings(settings, null);
  return retryingTransaction(db, async (transaction) => {
    const present = await followStored(db, tenantId, transaction);
    await requireVersion(db, tenantId, { present, expected }, transaction);
    const [former] = await queryRows<{ settings: unknown; settings_good: unknown }>(
      db,
      'select settings, settings_good from companies where id = $tenantId for no key update',
      { tenantId },
      transaction,
    );
    const before = understandSettings(former?.settings, former?.settings_good);
    await queryRows(
      db,
      `update companies set settings = $settings::jsonb, settings_good = $good::jsonb, settings_problems = '[]'
        where id = $tenantId`,
      {
        tenantId,
        settings: JSON.stringify({ ...keysOfOthers(former?.settings), ...settings }),
        good: JSON.stringify(after.chosen),
      },
      transaction,
    );
    const version = await addVersion(db, tenantId, { number: present + 1, author, note }, transaction);
    const resumed = entities.filter((entity) => after.settings.automatic[entity] && !before.settings.automatic[entity]);
    if (resumed.length > 0) await releaseResting(db, tenantId, transaction);
    await enqueueLinked(db, tenantId, { reason: 'automatic_on', entities: resumed }, transaction);
    const isMatchedAnew = !isDeepStrictEqual(before.settings.matching, after.settings.matching);
    if (isMatchedAnew) await lookAtAllWaiting(db, tenantId, transaction);
    const remapped = touchedKinds(before.settings, after.settings);
    await enqueueLinked(db, tenantId, { reason: 'field_map', entities: remapped }, transaction);
    const decidedAnew = entities.filter((entity) => !isSamePolicy(entity, before.settings, after.settings));
    await enqueueStanding(db, tenantId, decidedAnew, transaction);
    await settleFieldFaults(db, tenantId, after.settings, transaction);
    await settlePlacement(db, tenantId, { settings: after.settings.placement, choices }, transaction);
    await carryOutScope(db, tenantId, { before: before.settings, after: after.settings }, transaction);
    return { version, understood: after };
  });
}

/** Whether fields that both sides changed differently are decided as before. */
function isSamePolicy(entity: Entity, before: Settings, after: Settings): boolean {
  return isDeepStrictEqual(policiesOf(before, entity), policiesOf(after, entity));
}

function keysOfOthers(stored: unknown): Record<string, unknown> {
  const isObject = typeof stored === 'object' && stored !== null && !Array.isArray(stored);
  const ours: readonly string[] = settingsKeys;
  return isObject ? Object.fromEntries(Object.entries(stored).filter(([key]) => !ours.includes(key))) : {};
}

function checkBuiltIn(entity: Entity, fieldMap: FieldMapSettings): SettingsProblem[] {
  const known = fieldMapFor(entity, {}).pairs.map((pair) => pair.key);
  // What another check says of an own pair is not said of its policy.
  const own = (fieldMap.custom ?? []).map(({ local, bitrix24 }) => `${local}:${bitrix24}`);
  const named = [
    ...Object.keys(fieldMap.policies ?? {})
      .filter((key) => !own.includes(key))
      .map((key) => ({ key, path: `field_map.${entity}.policies.${key}` })),
    ...(fieldMap.disabled ?? []).map((key, index) => ({ key, path: `field_map.${entity}.disabled.${index}` })),
    ...Object.keys(fieldMap.owners ?? {}).map((key) => ({ key, path: `field_map.${entity}.owners.${key}` })),
  ];
  return named
    .filter(({ key }) => !known.includes(key))
    .map(({ path }) => ({
      path,
      problem: {
        ru: `нет такой пары полей; есть: ${known.join(', ')}`,
        en: `no such pair; there are: ${known.join(', ')}`,
      },
    }));
}

/** A field that two pairs write to would change for ever, and so would a column. */
function checkTwice(entity: Entity, { custom = [] }: FieldMapSettings): SettingsProblem[] {
  return custom.flatMap((pair, index) => {
    const others = custom.slice(0, index);
    const path = `field_map.${entity}.custom.${index}`;
    if (others.some((other) => other.bitrix24 === pair.bitrix24))
      return [{ path: `${path}.bitrix24`, problem: usedTwice }];
    const writesColumn = others.some(
      (other) => other.local === pair.local && [other.owner, pair.owner].some((owner) => owner !== 'crm'),
    );
    return writesColumn ? [{ path: `${path}.local`, problem: usedTwice }] : [];
  });
}

const usedTwice: Text = { ru: 'поле занято другой парой этого списка', en: 'another pair of this list uses the field' };
