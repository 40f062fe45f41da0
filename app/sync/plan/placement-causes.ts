import type { PortalChoices } from '../../bitrix24/client.ts';
import type { Text } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';
import { type PlacementProblem, placementProblems } from './placement.ts';
import type { PlacementSettings } from './placement-settings.ts';

/** Why a place of new records is a fault; the shape of a fault's cause. */
interface Cause {
  code: string;
  text: Text;
  reason: Text;
  advice: Text;
}

const what: Record<Entity, Text> = {
  object: { ru: 'Новые сделки', en: 'New deals' },
  user: { ru: 'Новые контакты', en: 'New contacts' },
  contract: { ru: 'Новые компании', en: 'New companies' },
};

const advice = {
  ru: 'Выберите другое значение в настройках интеграции (placement) или верните его в портале',
  en: 'Choose another value in the integration settings (placement), or bring it back in the portal',
};

/** What the places of a kind are faults for, by path; empty when all is well. Pure. */
export function placementCauses(
  settings: PlacementSettings,
  entity: Entity,
  choices: PortalChoices,
): ReadonlyMap<string, Cause> {
  return new Map(
    placementProblems(settings, entity, choices).map((problem) => [problem.path, causeOf(entity, problem)]),
  );
}

function causeOf(entity: Entity, { path, problem, instead }: PlacementProblem): Cause {
  const reason = {
    ru: `${what[entity].ru}, настройка ${path}: ${problem.ru}. Пока ${instead.ru}`,
    en: `${what[entity].en}, the setting ${path}: ${problem.en}. For now ${instead.en}`,
  };
  return { code: 'placement_gone', text: reason, reason, advice };
}

/** The portal refused a new record where it was to be put, although its lists have the place; it was made without. Pure. */
export function placementRefused(entity: Entity, refusal: Text): Cause {
  const reason = {
    ru: `${what[entity].ru} портал не принял там, где выбрано, и они созданы без этого: ${refusal.ru}`,
    en: `${what[entity].en} were not taken by the portal where it was chosen, and were made without: ${refusal.en}`,
  };
  return { code: 'placement_refused', text: reason, reason, advice };
}
