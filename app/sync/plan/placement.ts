import type { FieldInfo, Person, PortalChoices } from '../../bitrix24/client.ts';
import type { LocalRecord } from '../../field-maps/types.ts';
import type { Text } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';
import type { Place, PlacementSettings } from './placement-settings.ts';

/** A choice that the portal does not have, or does not have any more, and what is allowed instead. */
export interface PlacementProblem {
  /** Below the kind: `default.stage_id`, `by_type.Грузовой.responsible_id`, `source_id`. */
  path: string;
  problem: Text;
  /** What new records get instead. */
  instead: Text;
}

/** A place by the path of its settings, with what an object's type adds. */
interface NamedPlace {
  path: string;
  /** Where each of the place's values was chosen. */
  own: Place;
  place: Place;
}

const isSame = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();

/** An object's type with its own values over those for all; a funnel of its own has stages of its own. */
function ofType(all: Place, own: Place): Place {
  const isElsewhere = own.category_id !== undefined && own.category_id !== (all.category_id ?? 0);
  const { stage_id: _other, ...rest } = all;
  return { ...(isElsewhere ? rest : all), ...own };
}

/** What was chosen for a new record of ours. Pure. */
export function placeOf(settings: PlacementSettings, entity: Entity, local: LocalRecord): Place {
  if (entity !== 'object') return settings[entity];
  const { default: all = {}, by_type: byType = {} } = settings.object;
  const type = String(local.type ?? '');
  const [, own = {}] = Object.entries(byType).find(([name]) => isSame(name, type)) ?? [];
  return ofType(all, own);
}

/** Whether anything is chosen for a kind. Pure. */
export function isPlaced(settings: PlacementSettings, entity: Entity): boolean {
  return placesOf(settings, entity).some(({ own }) => Object.keys(own).length > 0);
}

function placesOf(settings: PlacementSettings, entity: Entity): NamedPlace[] {
  if (entity !== 'object') return [{ path: '', own: settings[entity], place: settings[entity] }];
  const { default: all = {}, by_type: byType = {} } = settings.object;
  const types = Object.entries(byType).map(([name, own]) => ({
    path: `by_type.${name}.`,
    own,
    place: ofType(all, own),
  }));
  return [{ path: 'default.', own: all, place: all }, ...types];
}

/** Names of a place's values as items of `crm.item.*` have them (crm-item-fields.md, 2026-08). */
const itemNames = {
  category_id: 'categoryId',
  stage_id: 'stageId',
  responsible_id: 'assignedById',
  source_id: 'sourceId',
  type_id: 'typeId',
  company_type: 'typeId',
} as const satisfies Record<Exclude<keyof Place, 'silent'>, string>;

type Key = keyof typeof itemNames;

const lists = { source_id: 'SOURCE', type_id: 'CONTACT_TYPE', company_type: 'COMPANY_TYPE' } as const;

/**
 * What a new record is sent with, by upper-case name. What the portal does not have any more is left out, so that the portal decides: the
 * first stage, the common funnel, the owner of the token. What could not be read counts as it was chosen. Pure.
 */
export function placedFields(
  place: Place,
  choices: PortalChoices | null,
  fields: ReadonlyMap<string, FieldInfo>,
): Record<string, unknown> {
  const names = new Map([...fields.values()].map(({ itemName, upperName }) => [itemName, upperName]));
  const wrong = choices ? wrongKeys(place, choices) : new Set<Key>();
  const keys = Object.keys(itemNames) as Key[];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const name = names.get(itemNames[key]);
      const value = place[key];
      return value === undefined || wrong.has(key) || name === undefined ? [] : [[name, value]];
    }),
  );
}

function wrongKeys(place: Place, choices: PortalChoices): Set<Key> {
  const wrong = new Set((Object.keys(itemNames) as Key[]).filter((key) => wrongIn(key, place, choices)));
  // A stage of a funnel that is gone goes with it.
  if (wrong.has('category_id')) wrong.add('stage_id');
  return wrong;
}

/** Every choice of a kind that the portal does not have; what could not be read is not judged. Pure. */
export function placementProblems(
  settings: PlacementSettings,
  entity: Entity,
  choices: PortalChoices,
): PlacementProblem[] {
  return placesOf(settings, entity).flatMap(({ path, own, place }) => {
    const keys = (Object.keys(itemNames) as Key[]).filter((key) => own[key] !== undefined);
    return keys.flatMap((key) => {
      const problem = wrongIn(key, place, choices);
      return problem ? [{ path: `${path}${key}`, ...problem }] : [];
    });
  });
}

function wrongIn(key: Key, place: Place, choices: PortalChoices): Omit<PlacementProblem, 'path'> | null {
  if (place[key] === undefined) return null;
  if (key === 'category_id' || key === 'stage_id') return wrongPlace(key, place, choices);
  if (key === 'responsible_id') return wrongPerson(Number(place[key]), choices.people);
  const options = choices.lists?.get(lists[key]);
  if (!choices.lists || options?.some(({ id }) => id === place[key])) return null;
  return {
    problem: {
      ru: `в списке портала нет значения «${place[key]}»; есть: ${listed(options ?? [])}`,
      en: `the list of the portal has no value "${place[key]}"; there are: ${listed(options ?? [])}`,
    },
    instead: { ru: 'поле остаётся пустым', en: 'the field stays empty' },
  };
}

function wrongPlace(
  key: 'category_id' | 'stage_id',
  { category_id: categoryId = 0, stage_id: stageId }: Place,
  { funnels }: PortalChoices,
): Omit<PlacementProblem, 'path'> | null {
  if (!funnels) return null;
  const funnel = funnels.find(({ id }) => id === categoryId);
  if (!funnel) {
    // The stage of a funnel that is gone is told with the funnel.
    if (key === 'stage_id') return null;
    return {
      problem: {
        ru: `в портале нет воронки ${categoryId}; есть: ${listed(funnels)}`,
        en: `the portal has no funnel ${categoryId}; there are: ${listed(funnels)}`,
      },
      instead: {
        ru: 'новые сделки попадают в общую воронку (0)',
        en: 'new deals go to the common funnel (0)',
      },
    };
  }
  if (key === 'category_id' || funnel.stages.some(({ id }) => id === stageId)) return null;
  return {
    problem: {
      ru: `в воронке «${funnel.name}» (${funnel.id}) нет стадии ${stageId}; есть: ${listed(funnel.stages)}`,
      en: `the funnel "${funnel.name}" (${funnel.id}) has no stage ${stageId}; there are: ${listed(funnel.stages)}`,
    },
    instead: {
      ru: `новые сделки попадают в первую стадию воронки «${funnel.name}»`,
      en: `new deals go to the first stage of the funnel "${funnel.name}"`,
    },
  };
}

function wrongPerson(id: number, people: readonly Person[] | null): Omit<PlacementProblem, 'path'> | null {
  const person = people?.find((one) => one.id === id);
  if (!people || person?.isActive) return null;
  const active = people.filter(({ isActive }) => isActive);
  const instead = {
    ru: 'ответственным становится тот, от чьего имени работает подключение',
    en: 'the person for whom the connection works becomes responsible',
  };
  const problem = person
    ? {
        ru: `${person.name} (${id}) больше не работает в портале; есть: ${listed(active)}`,
        en: `${person.name} (${id}) does not work at the portal any more; there are: ${listed(active)}`,
      }
    : {
        ru: `в портале нет сотрудника ${id}; есть: ${listed(active)}`,
        en: `the portal has no employee ${id}; there are: ${listed(active)}`,
      };
  return { problem, instead };
}

const shown = 20;

function listed(options: readonly { id: number | string; name: string }[]): string {
  const names = options.slice(0, shown).map(({ id, name }) => `${id} «${name}»`);
  return [...names, ...(options.length > shown ? ['…'] : [])].join(', ') || '—';
}
