import type { PortalSwitches } from './switches.ts';
import type { CallContext, Caller, MethodTable } from './types.ts';
import type { PortalUser, Users } from './users.ts';
import { toWireTime } from './wire-time.ts';

const pageSize = 50;

/** Who calls, and who works at the portal (api-reference/common/users/, api-reference/user/, 2026-08). */
export function makeUserMethods(users: Users, switches: PortalSwitches): MethodTable {
  const scope = ['user', 'user_brief', 'user_basic'];
  /** Without the wider scopes no e-mail is told (user-scope.md, 2026-05-19). */
  const withEmail = (caller: Caller) => caller.scopes.some((one) => one === 'user' || one === 'user_basic');
  const toWire = (user: PortalUser, { now, caller }: CallContext) => ({
    ID: String(user.id),
    ACTIVE: user.isActive,
    NAME: user.name,
    LAST_NAME: user.lastName,
    ...(withEmail(caller) && { EMAIL: user.email }),
    LAST_LOGIN: toWireTime(now, switches.offsetMinutes),
    DATE_REGISTER: '2024-07-22T00:00:00+03:00',
    IS_ONLINE: 'Y',
    PERSONAL_GENDER: '',
    PERSONAL_BIRTHDAY: '',
    WORK_POSITION: '',
    UF_EMPLOYMENT_DATE: '',
    UF_DEPARTMENT: [1],
  });
  return {
    profile: {
      write: false,
      run: (_params, { caller }) => {
        const { name, lastName } = users.get(caller.userId);
        return {
          result: {
            ID: String(caller.userId),
            ADMIN: caller.isAdmin,
            NAME: name,
            LAST_NAME: lastName,
            PERSONAL_GENDER: '',
            TIME_ZONE: 'Europe/Moscow',
          },
        };
      },
    },
    'user.admin': { write: false, run: (_params, { caller }) => ({ result: caller.isAdmin }) },
    'user.current': {
      scope,
      write: false,
      run: (_params, context) => ({ result: toWire(users.get(context.caller.userId), context) }),
    },
    'user.get': {
      scope,
      write: false,
      run(params, context) {
        const filter = (params.FILTER ?? params.filter ?? params) as Record<string, unknown>;
        const ids = filter.ID === undefined ? null : [filter.ID].flat().map(Number);
        const wantsActive =
          filter.ACTIVE === undefined ? null : ['Y', true, 'true', '1'].includes(filter.ACTIVE as never);
        const found = users
          .list()
          .filter((user) => ids === null || ids.includes(user.id))
          .filter((user) => wantsActive === null || user.isActive === wantsActive);
        const start = Math.max(0, Number(params.start ?? params.START ?? 0));
        const page = found.slice(start, start + pageSize).map((user) => toWire(user, context));
        const next = start + pageSize;
        return { result: page, total: found.length, ...(next < found.length && { next }) };
      },
    },
  };
}
