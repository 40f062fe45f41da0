import type { Call } from './call-method.ts';
import type { CallOptions } from './client.ts';
import { brokenAnswer } from './error-table.ts';
import { pageSize } from './list-answer.ts';
import { chunks } from './read-commands.ts';

interface WireUser {
  ID?: unknown;
  NAME?: unknown;
  LAST_NAME?: unknown;
}

/**
 * Which of these ids are users of the portal, dismissed ones too, with their names. Bots, users of open channels and system users of
 * integrations are never shown (user-get.md, 2026-08). Needs `user_brief`. Throws `Bitrix24Error`.
 */
export async function findUsers(
  call: Call,
  ids: readonly number[],
  options?: CallOptions,
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const group of chunks([...new Set(ids)], pageSize)) {
    const select = ['ID', 'NAME', 'LAST_NAME'];
    const { result } = await call('user.get', { FILTER: { ID: group }, select, start: -1 }, options);
    if (!Array.isArray(result)) throw brokenAnswer('no_rows', 'user.get');
    for (const { ID, NAME, LAST_NAME } of result as WireUser[]) {
      if (group.includes(Number(ID))) found.set(Number(ID), [NAME, LAST_NAME].filter(Boolean).join(' ') || String(ID));
    }
  }
  return found;
}
