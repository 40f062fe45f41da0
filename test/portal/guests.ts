import { type MethodTable, RestError } from './types.ts';
import type { Users } from './users.ts';

/** Closes the CRM's methods to guests of the portal (crm/universal/crm-item-get.md, 2026-08: 403 `allowed_only_intranet_user`). */
export function closedToGuests(methods: MethodTable, users: Users): MethodTable {
  const entries = Object.entries(methods).map(([name, method]) => {
    if (method.scope !== 'crm') return [name, method] as const;
    const run: typeof method.run = (params, context) => {
      if (users.isExtranet(context.caller.userId)) {
        throw new RestError(403, 'allowed_only_intranet_user', 'Action is allowed only for intranet users');
      }
      return method.run(params, context);
    };
    return [name, { ...method, run }] as const;
  });
  return Object.fromEntries(entries);
}
