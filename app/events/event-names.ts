import { type Bitrix24Type, type Entity, entityOf } from '../lib/records.ts';
import type { EventNotice } from '../sync/queue/enqueue-events.ts';

const changes = { ADD: 'added', UPDATE: 'changed', DELETE: 'deleted' } as const;

export interface RecordEvent {
  entity: Entity;
  change: EventNotice['change'];
}

/** By the documentation, the only event of a move between funnels (api-reference/crm/deals/events/index.md, 2026-08). */
const movedDeal = 'ONCRMDEALMOVETOCATEGORY';

export interface FieldEvent {
  entity: Entity;
  /** The field was deleted or made, so that what stands in it now says nothing; otherwise its card alone is another one. */
  isOther: boolean;
}

/** What an event says about the user fields of a kind that takes part, or null when it does not speak of them. */
export function fieldEventOf(name: string): FieldEvent | null {
  const match = /^ONCRM(DEAL|CONTACT|COMPANY)USERFIELD([A-Z]+)$/.exec(name.toUpperCase());
  if (!match) return null;
  const [, kind = '', change = ''] = match;
  return { entity: entityOf[kind.toLowerCase() as Bitrix24Type], isOther: ['ADD', 'DELETE'].includes(change) };
}

/**
 * What an event says about a record, or null when it does not speak of one that takes part. Names arrive in upper case
 * (api-reference/crm/deals/events/index.md, 2026-08); other spellings are accepted, because `event.get` shows them too.
 */
export function recordEventOf(name: string): RecordEvent | null {
  const known = name.toUpperCase();
  if (known === movedDeal) return { entity: 'object', change: 'changed' };
  const match = /^ONCRM(DEAL|CONTACT|COMPANY)(ADD|UPDATE|DELETE)$/.exec(known);
  if (!match) return null;
  const [, kind = '', change] = match;
  return { entity: entityOf[kind.toLowerCase() as Bitrix24Type], change: changes[change as keyof typeof changes] };
}

/**
 * Which task an event speaks of, or null when it speaks of none. Its id stands in FIELDS_AFTER, after a deletion in FIELDS_BEFORE; the
 * other is the text `undefined` (api-reference/tasks/events-tasks/on-task-update.md, 2026-08).
 */
export function taskEventOf(name: string, data: unknown): { taskId: number } | null {
  if (!/^ONTASK(ADD|UPDATE|DELETE)$/.test(name.toUpperCase())) return null;
  const { FIELDS_AFTER: after, FIELDS_BEFORE: before } = (data ?? {}) as Record<string, unknown>;
  const ids = [after, before].map((fields) => Number((fields as { ID?: unknown } | null | undefined)?.ID));
  const taskId = ids.find((id) => Number.isSafeInteger(id) && id > 0 && id <= 2_147_483_647);
  return taskId === undefined ? null : { taskId };
}
