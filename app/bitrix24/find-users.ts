import type { Call } from './call-method.ts';
import type { CallOptions } from './client.ts';
import { brokenAnswer } from './error-table.ts';
import { pageSize } from './list-answer.ts';
import { chunks } from './read-commands.ts';

/**
 * Which of these ids are users of the portal, dismissed ones too. Bots, users of open channels and system users of integrations are never
 * shown (user-get.md, 2026-08). Needs `user_brief`. Throws `Bitrix24Error`.
 */
export async function findUsers(call: Call, ids: readonly number[], options?: CallOptions): Promise<Set<number>> {
  const found = new Set<number>();
  for (const group of chunks([...new Set(ids)], pageSize)) {
    const { result } = await call('user.get', { FILTER: { ID: group }, select: ['ID'], start: -1 }, options);
    if (!Array.isArray(result)) throw brokenAnswer('no_rows', 'user.get');
    for (const { ID } of result as { ID?: unknown }[]) if (group.includes(Number(ID))) found.add(Number(ID));
  }
  return found;
}
