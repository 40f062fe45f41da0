import type { Channel } from '../api/alerts.ts';

/** An employee of the portal. */
export interface Person {
  id: number;
  name: string;
}

/** A recipient as people know it: employees by their names, where the portal shows them. Pure. */
export function nameOfRecipient(
  { channel, recipient }: { channel: Channel; recipient: string },
  people: readonly Person[],
): string {
  const person = channel === 'bitrix24' ? people.find(({ id }) => String(id) === recipient) : undefined;
  return person?.name ?? recipient;
}
