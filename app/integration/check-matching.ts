import type { FieldInfo } from '../bitrix24/client.ts';
import type { Entity } from '../lib/records.ts';
import { defaultKeys } from '../sync/plan/match.ts';
import { fitsKind, type MatchingChoice } from '../sync/plan/matching-settings.ts';
import type { SettingsProblem } from '../sync/plan/settings.ts';

/**
 * What is wrong with how a kind is to be recognised: keys of other kinds, a field that the portal lacks. `fields` are the portal's, read now
 * if `isAnew`: what an administrator made a moment ago may not be among those that are remembered.
 */
export async function checkMatching(
  entity: Entity,
  { keys = [], field, column }: MatchingChoice,
  fields: (isAnew: boolean) => Promise<ReadonlyMap<string, FieldInfo>>,
): Promise<SettingsProblem[]> {
  const path = `matching.${entity}`;
  const problems: SettingsProblem[] = keys.flatMap(({ key }, index) => {
    if (fitsKind(entity, key) && keys.findIndex((rule) => rule.key === key) === index) return [];
    const known = defaultKeys[entity].map((rule) => rule.key).join(', ');
    const problem = {
      ru: `каждый ключ называют один раз; доступны: ${known}`,
      en: `each key is named once; there are: ${known}`,
    };
    return [{ path: `${path}.keys.${index}.key`, problem }];
  });
  if (entity !== 'object' && (field !== undefined || column !== undefined)) {
    const problem = {
      ru: 'поле для узнавания задают только у объектов',
      en: 'only objects are recognised by a field',
    };
    return [...problems, { path: `${path}.${field === undefined ? 'column' : 'field'}`, problem }];
  }
  if (field === undefined) return problems;
  const info = (await fields(false)).get(field) ?? (await fields(true)).get(field);
  if (info && !info.isMultiple) return problems;
  const problem = info
    ? {
        ru: `поле ${field} хранит несколько значений, нужно поле с одним`,
        en: `the field ${field} holds several values; choose one that holds a single value`,
      }
    : { ru: `в портале нет поля ${field}`, en: `the portal has no field ${field}` };
  return [...problems, { path: `${path}.field`, problem }];
}
