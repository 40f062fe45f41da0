import { reactive } from 'vue';
import type { ChosenContract, CrmValues, PortalLists } from '../api/choices.ts';
import type { Option } from './options.ts';

/** What people call the ids that settings name, by `<key of the setting>:<id>`; filled as lists are read. */
const names = reactive<Record<string, string>>({});

/** The name of an id in a setting; undefined when it is not known. */
export const nameOfId = (key: string, id: string): string | undefined => names[`${key}:${id}`];

/** The choices of each setting that names values of the portal or of the CRM. Null: the portal does not show them. */
export type Choices = Readonly<Record<string, Option[] | null>>;

/** The choices by the key of their setting; remembers their names. */
export function choicesOf(lists: PortalLists | null, values: CrmValues | null): Choices {
  const funnels = lists?.funnels ?? null;
  const named = (options: readonly { id: string | number; name: string }[] | null | undefined) =>
    options?.map(({ id, name }) => ({ value: String(id), label: name })) ?? null;
  const stages = funnels?.flatMap(({ name, stages }) =>
    stages.map((stage) => ({ value: stage.id, label: funnels.length > 1 ? `${name}: ${stage.name}` : stage.name })),
  );
  const choices: Choices = {
    categories: named(funnels),
    stages: stages ?? null,
    responsible: named(lists?.users),
    sources: named(lists?.sources),
    contact_types: named(lists?.contact_types),
    company_types: named(lists?.company_types),
    contract_ids: values ? contractOptions(values.contracts) : null,
  };
  for (const [key, options] of Object.entries(choices)) {
    for (const { value, label } of options ?? [])
      for (const alias of aliases[key] ?? [key]) names[`${alias}:${value}`] = label;
  }
  return choices;
}

/** Contracts by number and client; remembers their names. */
export function contractOptions(contracts: readonly ChosenContract[]): Option[] {
  return contracts.map(({ id, number, client_name: client }) => {
    const label = [number, client].filter(Boolean).join(' · ');
    names[`contract_ids:${id}`] = label;
    return { value: String(id), label };
  });
}

/** The keys under which settings name the values of a list. */
const aliases: Record<string, readonly string[]> = {
  categories: ['categories', 'category_id'],
  stages: ['stages', 'stage_id'],
  responsible: ['responsible', 'responsible_id'],
  sources: ['sources', 'source_id'],
  contact_types: ['types', 'type_id'],
  company_types: ['types', 'company_type'],
};
