import type { AppRecord } from './apps.ts';
import type { PortalState } from './portal-state.ts';
import { type Caller, type MethodTable, RestError } from './types.ts';

type Values = Record<string, unknown>;

/** What the portal says of an application, and what it keeps for it (api-reference/common/system/ and settings/, 2026-09). */
export function makeAppMethods(state: PortalState): MethodTable {
  const license = () => {
    const [, name = ''] = state.plan.license.split('_');
    return { LICENSE: state.plan.license, LICENSE_TYPE: name, LICENSE_FAMILY: name.replace(/\d+$/, '') };
  };
  return {
    'app.info': {
      write: false,
      run: (_params, { caller }) => {
        const { app } = caller;
        if (!app) return { result: { SCOPE: caller.scopes, ...license() } };
        return {
          result: {
            ID: app.id,
            CODE: app.clientId,
            VERSION: app.version,
            STATUS: app.status,
            INSTALLED: app.isInstalled,
            PAYMENT_EXPIRED: app.isPaymentExpired ? 'Y' : 'N',
            DAYS: state.plan.daysLeft,
            LANGUAGE_ID: 'ru',
            ...license(),
          },
        };
      },
    },
    'app.option.get': {
      appOnly: true,
      write: false,
      run: ({ option }, { caller }) => ({ result: pick(appOf(caller).options, option) }),
    },
    'app.option.set': {
      appOnly: true,
      write: true,
      run({ options }, { caller }) {
        if (!caller.isAdmin) {
          throw new RestError(403, 'ACCESS_DENIED', 'Access denied! Administrator authorization required');
        }
        Object.assign(appOf(caller).options, checked(options));
        return { result: true };
      },
    },
    'user.option.get': {
      appOnly: true,
      write: false,
      run: ({ option }, { caller }) => ({ result: pick(appOf(caller).userOptions[caller.userId] ?? {}, option) }),
    },
    'user.option.set': {
      appOnly: true,
      write: true,
      run({ options }, { caller }) {
        const all = appOf(caller).userOptions;
        all[caller.userId] = { ...all[caller.userId], ...checked(options) };
        return { result: true };
      },
    },
  };
}

/** The calling application; methods that use it are refused to webhooks before. */
export function appOf({ app }: Caller): AppRecord {
  if (!app) throw new RestError(403, 'WRONG_AUTH_TYPE', 'Current authorization type is denied for this method');
  return app;
}

function pick(options: Values, name: unknown): unknown {
  if (name !== undefined && name !== '') return options[String(name)] ?? '';
  // PHP writes an empty map as a list.
  return Object.keys(options).length > 0 ? options : [];
}

function checked(options: unknown): Values {
  if (typeof options === 'object' && options !== null && Object.keys(options).length > 0) return options as Values;
  throw new RestError(400, 'ERROR_ARGUMENT', "Argument 'options' is null or empty", { argument: 'options' });
}
