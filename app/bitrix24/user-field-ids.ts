import { type Entity, pairKinds } from '../lib/records.ts';
import type { Call } from './call-method.ts';
import type { CallOptions } from './client.ts';
import { Bitrix24Error } from './errors.ts';

/**
 * Ids of a kind's user fields by upper-case name: a field that was deleted and made again has another one. The right to read the kind is
 * enough (crm-deal-userfield-list.md, 2026-08). Pages are followed. Empty where the portal refuses to tell: the fields themselves can be
 * read without the ids. Throws `Bitrix24Error` when another try may succeed.
 */
export async function readUserFieldIds(
  call: Call,
  entity: Entity,
  options?: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const method = `crm.${pairKinds[entity].bitrix24Type}.userfield.list`;
  try {
    for (let start: number | undefined = 0; start !== undefined; ) {
      const answer = await call(method, { order: { ID: 'ASC' }, ...(start > 0 && { start }) }, options);
      const rows = (Array.isArray(answer.result) ? answer.result : []) as { ID?: unknown; FIELD_NAME?: unknown }[];
      for (const { ID, FIELD_NAME } of rows) ids.set(String(FIELD_NAME), String(ID));
      start = answer.next !== undefined && answer.next > start ? answer.next : undefined;
    }
  } catch (error) {
    if (error instanceof Bitrix24Error && !error.retryable) return new Map();
    throw error;
  }
  return ids;
}
