import type { PortalChoices } from '../bitrix24/client.ts';
import type { Language } from '../lib/errors.ts';

/** A person who looks for somebody types a part of the name. */
const mostShown = 50;

/** Employees whose name holds the text, in the order of their names; `unread` tells why the portal does not show them. Pure. */
export function presentPeople({ people, unread }: PortalChoices, text: string | undefined, language: Language) {
  const wanted = text?.toLocaleLowerCase() ?? '';
  const found = (people ?? [])
    .filter(({ isActive, name }) => isActive && name.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => one.name.localeCompare(other.name, 'ru') || one.id - other.id);
  const why = people === null ? unread.people : undefined;
  return {
    items: found.slice(0, mostShown).map(({ id, name }) => ({ id, name })),
    total: found.length,
    unread: why ? { code: why.code, message: why.text[language] } : null,
  };
}
