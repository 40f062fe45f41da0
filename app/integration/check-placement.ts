import { isDeepStrictEqual } from 'node:util';
import type { Bitrix24Client, PortalChoices } from '../bitrix24/client.ts';
import type { Text } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { isPlaced, placementProblems } from '../sync/plan/placement.ts';
import { defaultPlacement, type PlacementSettings } from '../sync/plan/placement-settings.ts';
import type { SettingsProblem } from '../sync/plan/settings.ts';

export interface CheckedPlacement {
  problems: SettingsProblem[];
  /** What the portal offered as it was asked; null when nothing had to be asked. */
  choices: PortalChoices | null;
}

/**
 * What is wrong with where new records are to go: a funnel, a stage, a person or a value that the portal does not have, or what it does not
 * let us see. What stays as it was saved before is not asked for again. Throws AppError when the portal cannot be asked.
 */
export async function checkPlacement(
  { before, after }: { before: PlacementSettings; after: Partial<PlacementSettings> | undefined },
  clientOf: () => Promise<Bitrix24Client>,
): Promise<CheckedPlacement> {
  const wanted = { ...defaultPlacement, ...after };
  const changed = entities.filter(
    (entity) => isPlaced(wanted, entity) && !isDeepStrictEqual(wanted[entity], before[entity]),
  );
  if (changed.length === 0) return { problems: [], choices: null };
  const client = await clientOf();
  const now = new Date();
  const choices = await client.choices({ urgency: 'interactive' }, now);
  const problems = changed.flatMap((entity) => [
    ...unreadProblems(wanted, entity, choices),
    ...placementProblems(wanted, entity, choices).map(({ path, problem }) => ({
      path: `placement.${entity}.${path}`,
      problem,
    })),
  ]);
  return { problems, choices };
}

const parts = {
  funnels: ['category_id', 'stage_id'],
  people: ['responsible_id'],
  lists: ['source_id', 'type_id', 'company_type'],
} as const;

const needs: Record<keyof typeof parts, Text> = {
  funnels: { ru: 'воронки сделок', en: 'the funnels of deals' },
  people: { ru: 'сотрудников (право user_basic)', en: 'the employees (scope user_basic)' },
  lists: { ru: 'справочники CRM', en: 'the lists of the CRM' },
};

/** What was chosen from a part of the portal that it does not let us see. */
function unreadProblems(settings: PlacementSettings, entity: Entity, choices: PortalChoices): SettingsProblem[] {
  const chosen = JSON.stringify(settings[entity]);
  return (Object.keys(parts) as (keyof typeof parts)[]).flatMap((part) => {
    const error = choices.unread[part];
    const key = parts[part].find((name) => chosen.includes(`"${name}":`));
    if (!error || !key) return [];
    const problem = {
      ru: `портал не показывает ${needs[part].ru}, поэтому значение нельзя проверить: ${error.text.ru}`,
      en: `the portal does not show ${needs[part].en}, so the value cannot be checked: ${error.text.en}`,
    };
    return [{ path: `placement.${entity}.${key}`, problem }];
  });
}
