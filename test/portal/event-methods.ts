import type { AppEvents } from './app-events.ts';
import { appOf } from './app-methods.ts';
import type { AppList, EventBinding } from './apps.ts';
import { eventsOfScope, listEvents, mayBeOffline, scopeOfEvent } from './event-catalogue.ts';
import { checkHandlerUrl, paramOf, requiredText } from './handler-url.ts';
import type { PortalState } from './portal-state.ts';
import { type Caller, type MethodTable, RestError } from './types.ts';

type Params = Record<string, unknown>;

export interface EventMethodDeps {
  apps: AppList;
  events: AppEvents;
  state: PortalState;
}

/** Subscribing to events: `event.bind`, `event.unbind`, `event.get`, `events`, `event.test` (api-reference/events/, 2026-09). */
export function makeEventMethods({ apps, events, state }: EventMethodDeps): MethodTable {
  return {
    events: {
      appOnly: true,
      write: false,
      run(params, { caller }) {
        const scope = paramOf(params, 'scope');
        if (typeof scope === 'string') return { result: eventsOfScope(scope || 'basic') };
        return { result: listEvents(isTrue(paramOf(params, 'full')) ? null : caller.scopes) };
      },
    },
    'event.bind': {
      appOnly: true,
      write: true,
      run(params, { caller }) {
        const app = appOf(caller);
        const binding = readBinding(params, caller, state);
        const isSame = (other: EventBinding) => keyOf(other) === keyOf(binding);
        if (app.bindings.some(isSame)) {
          throw new RestError(400, 'ERROR_CORE', 'Unable to set event handler: Handler already binded');
        }
        app.bindings.push({ ...binding, id: apps.nextId() });
        return { result: true };
      },
    },
    'event.unbind': {
      appOnly: true,
      write: true,
      run(params, { caller }) {
        const app = appOf(caller);
        const leaves = toUnbind(params, caller, state);
        const left = app.bindings.filter((binding) => !leaves(binding));
        const count = app.bindings.length - left.length;
        app.bindings = left;
        return { result: { count } };
      },
    },
    'event.get': {
      appOnly: true,
      write: false,
      run: (_params, { caller }) => ({
        result: appOf(caller)
          .bindings.filter((binding) => caller.isAdmin || binding.userId === caller.userId)
          .map(({ event, handler, authType, isOffline, connector }) =>
            isOffline
              ? { event, connector_id: connector, offline: 1 }
              : { event, handler, auth_type: String(authType), offline: 0 },
          ),
      }),
    },
    'event.test': {
      appOnly: true,
      write: false,
      run(params, { caller }) {
        const app = appOf(caller);
        if (app.isInstalled) {
          const data = { QUERY: params, LANGUAGE_ID: 'ru' };
          events.sendLife(app, { event: 'ONAPPTEST', data, tokens: 'access' });
        }
        return { result: 1 };
      },
    },
  };
}

function readBinding(params: Params, caller: Caller, state: PortalState): Omit<EventBinding, 'id'> {
  const event = requiredText(params, 'event').toUpperCase();
  const scope = scopeOfEvent(event);
  if (scope === undefined || (scope !== 'basic' && !caller.scopes.includes(scope))) {
    throw new RestError(400, 'ERROR_EVENT_NOT_FOUND', 'Event not found');
  }
  const common = { event, userId: caller.userId, minTimeout: minTimeoutOf(params) };
  if (isOffline(params)) {
    if (!caller.isAdmin) throw denied('Offline events binding requires administrator access rights');
    if (!mayBeOffline(event)) {
      throw new RestError(400, 'ERROR_ARGUMENT', 'Offline event cannot be registered for this event.');
    }
    return { ...common, handler: '', authType: 0, isOffline: true, connector: connectorOf(params, state) };
  }
  const handler = checkHandlerUrl(requiredText(params, 'handler'));
  const wanted = paramOf(params, 'auth_type');
  const authType = wanted === undefined ? (caller.isAdmin ? 0 : caller.userId) : Number(wanted);
  if (!caller.isAdmin && authType !== caller.userId) {
    throw denied('Event binding with AUTH_TYPE requires administrator access rights');
  }
  return { ...common, handler, authType, isOffline: false, connector: '' };
}

/** Which handlers an `event.unbind` takes away. */
function toUnbind(params: Params, caller: Caller, state: PortalState): (binding: EventBinding) => boolean {
  const event = requiredText(params, 'event').toUpperCase();
  if (isOffline(params)) {
    if (!caller.isAdmin) throw denied('Offline events unbinding requires administrator access rights');
    const connector = connectorOf(params, state);
    return (binding) => binding.event === event && binding.isOffline && binding.connector === connector;
  }
  const handler = requiredText(params, 'handler');
  const authType = paramOf(params, 'auth_type');
  const isMeant = (binding: EventBinding) =>
    binding.event === event && !binding.isOffline && binding.handler === handler;
  if (caller.isAdmin) {
    return (binding) => isMeant(binding) && (authType === undefined || binding.authType === Number(authType));
  }
  // One's own number, and only as a number: the text of it is refused.
  if (authType !== undefined && authType !== caller.userId) {
    throw denied('Event unbinding with AUTH_TYPE requires administrator access rights');
  }
  return (binding) => isMeant(binding) && binding.authType === caller.userId;
}

function keyOf({ event, handler, authType, isOffline, connector }: Omit<EventBinding, 'id'>): string {
  return JSON.stringify([event, handler, authType, isOffline, connector]);
}

function isOffline(params: Params): boolean {
  const type = paramOf(params, 'event_type') ?? 'online';
  if (type !== 'online' && type !== 'offline') {
    throw new RestError(400, 'ERROR_ARGUMENT', 'Value must be one of {online|offline}', { argument: 'EVENT_TYPE' });
  }
  return type === 'offline';
}

/** The key of an offline queue; throws `WRONG_LICENSE` where the plan has no keys. */
export function connectorOf(params: Params, state: PortalState): string {
  const connector = String(paramOf(params, 'auth_connector') ?? '');
  if (connector !== '' && !state.plan.authConnector) throw wrongLicense('auth_connector');
  return connector;
}

export function wrongLicense(feature: string): RestError {
  return new RestError(403, 'WRONG_LICENSE', `This feature is not enabled for the current license: ${feature}`);
}

function minTimeoutOf(params: Params): number {
  const options = paramOf(params, 'options') as { minTimeout?: unknown } | undefined;
  const wanted = Number(options?.minTimeout ?? 1);
  return wanted >= 0 ? wanted : 1;
}

function denied(text: string): RestError {
  return new RestError(403, 'ACCESS_DENIED', `Access denied! ${text}`);
}

function isTrue(value: unknown): boolean {
  return ['1', 1, true, 'true', 'Y'].includes(value as never);
}
