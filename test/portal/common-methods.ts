import { hasScope } from './executor.ts';
import type { PortalSwitches } from './switches.ts';
import type { MethodTable } from './types.ts';
import { RestError } from './types.ts';
import { toWireTime } from './wire-time.ts';

/** Methods that are not of the CRM: who am I, what may I, what is there. `methods` is the table that they describe. */
export function makeCommonMethods(switches: PortalSwitches, methods: () => MethodTable): MethodTable {
  const read = { write: false };
  return {
    scope: { ...read, run: (_params, { caller }) => ({ result: caller.scopes }) },
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
      run: ({ CODE }) => {
        if (!CODE) throw new RestError(400, 'ERROR_ARGUMENT', 'CODE is required');
        return { result: { value: 'N' } };
      },
    },
    'server.time': { ...read, run: (_params, { now }) => ({ result: toWireTime(now, switches.offsetMinutes) }) },
  };
}
