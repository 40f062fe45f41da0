import type { Bitrix24Client } from '../bitrix24/client.ts';
import { allowedLocalFields, checkCustomPair, fieldMapFor } from '../field-maps/custom.ts';
import type { FieldMapSettings } from '../field-maps/types.ts';
import { invalidRequest, type Text } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { type Settings, type StoredSettings, settingsOf } from '../sync/plan/settings.ts';
import { enqueueLinked } from '../sync/queue/enqueue-linked.ts';

export interface SettingsDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

interface Problem {
  path: string;
  problem: Text;
}

/**
 * Replaces a tenant's settings: what is absent goes back to its default. The tenant's own field pairs are checked against the
 * portal's field list, so they need a connection. Linked records of kinds that are switched to automatic again are queued.
 * Throws `invalid_request` with every problem at once; then nothing changed.
 */
export async function saveSettings(deps: SettingsDeps, tenantId: number, settings: StoredSettings): Promise<Settings> {
  const problems: Problem[] = [];
  for (const entity of entities) {
    const fieldMap = settings.field_map?.[entity];
    if (!fieldMap) continue;
    problems.push(...checkBuiltIn(entity, fieldMap), ...checkTwice(entity, fieldMap));
    if (fieldMap.custom?.length) {
      const client = await deps.clientFor(tenantId);
      problems.push(...(await checkCustom(client, entity, fieldMap)));
    }
  }
  if (problems.length > 0) {
    throw invalidRequest(
      {
        ru: `Настройки не сохранены: ${problems.map(({ path, problem }) => `${path} — ${problem.ru}`).join('; ')}`,
        en: `The settings were not saved: ${problems.map(({ path, problem }) => `${path}: ${problem.en}`).join('; ')}`,
      },
      problems,
    );
  }
  return store(deps.db, tenantId, settings);
}

/** Kinds that are synchronised automatically again are looked at as after a reconnection: their changes were not queued. */
function store(db: Database, tenantId: number, settings: StoredSettings): Promise<Settings> {
  const after = settingsOf(settings);
  return retryingTransaction(db, async (transaction) => {
    const [former] = await queryRows<{ settings: StoredSettings }>(
      db,
      'select settings from companies where id = $tenantId for no key update',
      { tenantId },
      transaction,
    );
    const before = settingsOf(former?.settings ?? {});
    await queryRows(
      db,
      'update companies set settings = $settings::jsonb where id = $tenantId',
      { tenantId, settings: JSON.stringify(settings) },
      transaction,
    );
    const resumed = entities.filter((entity) => after.automatic[entity] && !before.automatic[entity]);
    await enqueueLinked(db, tenantId, { reason: 'automatic_on', entities: resumed }, transaction);
    return after;
  });
}

function checkBuiltIn(entity: Entity, fieldMap: FieldMapSettings): Problem[] {
  const known = fieldMapFor(entity, {}).pairs.map((pair) => pair.key);
  const named = [
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
function checkTwice(entity: Entity, { custom = [] }: FieldMapSettings): Problem[] {
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

async function checkCustom(client: Bitrix24Client, entity: Entity, fieldMap: FieldMapSettings): Promise<Problem[]> {
  const fields = await client.fields(entity, { urgency: 'interactive' });
  const allowed = allowedLocalFields(entity);
  return (fieldMap.custom ?? []).flatMap((pair, index) => {
    const path = `field_map.${entity}.custom.${index}`;
    if (!allowed.includes(pair.local)) {
      const list = allowed.join(', ');
      return [
        { path: `${path}.local`, problem: { ru: `доступные поля: ${list}`, en: `fields to choose from: ${list}` } },
      ];
    }
    const problem = checkCustomPair(entity, pair, fields.get(pair.bitrix24));
    return problem ? [{ path: `${path}.bitrix24`, problem }] : [];
  });
}
