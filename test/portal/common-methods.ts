import { hasScope } from './executor.ts';
import type { PortalState } from './portal-state.ts';
import type { PortalSwitches } from './switches.ts';
import type { MethodTable } from './types.ts';
import { RestError } from './types.ts';
import { toWireTime } from './wire-time.ts';

export interface CommonMethodDeps {
  switches: PortalSwitches;
  state: PortalState;
  /** The table that the methods describe. */
  methods(): MethodTable;
}

/** Methods that are not of the CRM: who am I, what may I, what is there. */
export function makeCommonMethods({ switches, state, methods }: CommonMethodDeps): MethodTable {
  const read = { write: false };
  return {
    scope: {
      ...read,
      run: ({ full }, { caller }) => ({
        result: full ? [...new Set([...allScopes, ...caller.scopes])] : caller.scopes,
      }),
    },
    methods: {
      ...read,
      run: (params, { caller }) => {
        const names = Object.entries(methods());
        const wanted = params.scope ?? params.SCOPE;
        const isFull = ['1', 1, true, 'true'].includes((params.full ?? params.FULL) as never);
        const found = names.filter(([, method]) =>
          wanted === undefined
            ? isFull || hasScope(method, caller)
            : [method.scope ?? ''].flat().includes(String(wanted)),
        );
        return { result: found.map(([name]) => name) };
      },
    },
    'method.get': {
      ...read,
      run: ({ name }, { caller }) => {
        const method = methods()[String(name ?? '').toLowerCase()];
        const isAvailable = method !== undefined && hasScope(method, caller);
        return { result: { isExisting: method !== undefined, isAvailable } };
      },
    },
    'feature.get': {
      ...read,
      run: (params) => {
        const code = String(params.CODE ?? params.code ?? '');
        if (!code) throw new RestError(400, 'CODE_EMPTY', "CODE can't be empty");
        const features: Record<string, boolean> = {
          rest_offline_extended: state.plan.offlineExtended,
          rest_auth_connector: state.plan.authConnector,
        };
        return { result: { value: features[code] ? 'Y' : 'N' } };
      },
    },
    'server.time': { ...read, run: (_params, { now }) => ({ result: toWireTime(now, switches.offsetMinutes) }) },
  };
}

const allScopes = ['crm', 'user', 'user_brief', 'user_basic', 'placement', 'task', 'im', 'disk', 'telephony'];
