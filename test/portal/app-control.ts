import type { AppOptions, AppRecord } from './apps.ts';
import { type FrameSessionDeps, FrameSessions } from './frame-sessions.ts';
import { checkHandlerUrl } from './handler-url.ts';
import type { OAuthServer } from './oauth-server.ts';
import { menuItems, placementsShown } from './placement-list.ts';
import type { PortalApps } from './portal-apps.ts';
import { describeSession, requireAdmin } from './portal-session.ts';
import type { SimulatedApp } from './simulated-app.ts';
import { RestError } from './types.ts';

type Values = Record<string, unknown>;

export interface AppControlDeps extends Omit<FrameSessionDeps, 'oauth'> {
  oauth: OAuthServer | undefined;
  apps: PortalApps;
}

/** A call of the page: `id` is the second part of the path, `query` and `body` as they came. */
export interface ControlCall {
  id: string;
  action: string;
  query: URLSearchParams;
  body: Values;
}

export type ControlRoutes = Record<string, (call: ControlCall) => unknown>;

/** What the page asks about the session, applications, placements and frames. Keys: method, area, `*` for an id, action. */
export function makeAppControl(deps: AppControlDeps): ControlRoutes {
  const { oauth, apps, users, session } = deps;
  const frames = oauth && new FrameSessions({ ...deps, oauth });
  const admin = () => requireAdmin(session, users);
  const appOf = (id: unknown): SimulatedApp => {
    const found = apps.list().find(({ record }) => record.id === Number(id));
    if (!found) throw new Error(`Нет приложения ${id}`);
    return found;
  };
  const opener = () => {
    if (!frames) throw new Error('На этом портале нет приложений');
    return frames;
  };
  return {
    'GET session': () => describeSession(session, users),
    'POST session': ({ body }) => {
      if (body.userId !== undefined) session.userId = users.get(Number(body.userId)).id;
      if (body.lang !== undefined) session.lang = String(body.lang);
      return describeSession(session, users);
    },
    'GET menu': () => menuItems(apps.records.list(), session),
    'GET placements/*': ({ id }) => placementsShown(apps.records.list(), id, session),
    'GET apps': () => {
      admin();
      return { isAvailable: frames !== undefined, apps: apps.records.list().map(toCard) };
    },
    'POST apps': ({ body }) => {
      admin();
      return toCard(apps.add(readForm(body, session.userId)).record);
    },
    'POST apps/*/reinstall': ({ id }) => {
      admin();
      const app = appOf(id);
      app.reinstall({ userId: session.userId });
      return toCard(app.record);
    },
    'DELETE apps/*': ({ id, query }) => {
      admin();
      appOf(id).uninstall({ clean: query.get('clean') === '1' });
      return {};
    },
    'POST frames': ({ body }) =>
      orRefusal(() =>
        opener().open(appOf(body.appId), {
          placement: String(body.placement ?? 'DEFAULT'),
          ...(body.bindingId !== undefined && { bindingId: Number(body.bindingId) }),
          options: (body.options ?? {}) as Values,
        }),
      ),
    'POST frames/*/*': ({ id, action, body }) => orRefusal(() => ({ value: opener().answer(id, action, body) })),
  };
}

/** What a portal tells the person and not the frame is part of the page, not a failure of its call. */
function orRefusal<Answer>(run: () => Answer): Answer | { refusal: string } {
  try {
    return run();
  } catch (error) {
    return { refusal: error instanceof RestError ? error.description : String((error as Error).message) };
  }
}

function toCard(app: AppRecord) {
  const { id, menuItem, clientId, clientSecret, applicationToken, handlerUrl, installUrl, scopes, isInstalled } = app;
  const { version, status, completesItself, placements, bindings } = app;
  return {
    ...{ id, menuItem, clientId, clientSecret, applicationToken, handlerUrl, installUrl, scopes, isInstalled },
    ...{ version, status, completesItself },
    placements: placements.map(({ placement }) => placement),
    events: bindings.map(({ event }) => event),
  };
}

/** The card's form of a local application; an empty menu text makes one without a page (local-integrations/local-apps.md, 2026-09). */
function readForm(form: Values, userId: number): AppOptions {
  const text = (name: string) => String(form[name] ?? '').trim();
  const scopes = Array.isArray(form.scopes) ? form.scopes.map(String) : [];
  if (scopes.length === 0) throw new Error('Выберите хотя бы одно право');
  return {
    kind: 'local',
    handlerUrl: checkHandlerUrl(text('handlerUrl')),
    installUrl: text('installUrl') ? checkHandlerUrl(text('installUrl')) : null,
    menuItem: text('menuItem') || null,
    completesItself: form.completesItself === true,
    ...{ scopes, userId },
  };
}
