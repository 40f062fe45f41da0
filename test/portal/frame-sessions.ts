import { installMode } from './install-mode.ts';
import type { OAuthServer } from './oauth-server.ts';
import type { PortalSession } from './portal-session.ts';
import type { SimulatedApp } from './simulated-app.ts';
import type { PortalSwitches } from './switches.ts';
import type { Users } from './users.ts';

type Values = Record<string, unknown>;

export interface FrameSessionDeps {
  oauth: OAuthServer;
  users: Users;
  switches: PortalSwitches;
  session: PortalSession;
  memberId: string;
  host(): string;
}

/** A frame that the portal's page has opened. */
interface OpenFrame {
  app: SimulatedApp;
  userId: number;
  lang: string;
  access: string;
  refresh: string;
  placement: string;
  options: Values;
}

export interface FrameRequest {
  placement: string;
  /** Which of several handlers of one placement. */
  bindingId?: number;
  options: Values;
}

const keep = 500;

/** What the portal's page cannot answer to its frames by itself: tokens, options, the installation. Frames are known by their APP_SID. */
export class FrameSessions {
  readonly #deps: FrameSessionDeps;
  readonly #frames = new Map<string, OpenFrame>();
  /** Application version and user, once the frame has said `setInstall`. */
  readonly #hasRun = new Set<string>();

  constructor(deps: FrameSessionDeps) {
    this.#deps = deps;
  }

  /** Opens a frame for whoever is logged in: its `window.name`, and the form to be posted into it. Throws with the page that he sees instead. */
  open(app: SimulatedApp, { placement, bindingId, options }: FrameRequest) {
    const { session, host } = this.#deps;
    const { userId, lang } = session;
    const hasOptions = Object.keys(options).length > 0;
    const form = app.frame({
      ...{ userId, placement, lang },
      ...(bindingId !== undefined && { bindingId }),
      ...(hasOptions && { options }),
    });
    const { AUTH_ID: access = '', REFRESH_ID: refresh = '' } = form.fields;
    this.#frames.set(form.appSid, { app, userId, lang, access, refresh, placement, options });
    if (this.#frames.size > keep) this.#frames.delete(this.#frames.keys().next().value as string);
    return { sid: form.appSid, name: `${host()}|1|${form.appSid}`, form, origin: new URL(form.url).origin };
  }

  /** Answers one command of a frame; undefined: the portal says nothing. Throws when the portal cannot do it, which it tells the person only. */
  answer(sid: string, command: string, params: Values): unknown {
    const frame = this.#frames.get(sid);
    if (!frame) throw new Error(`Нет кадра ${sid}`);
    const { record } = frame.app;
    switch (command) {
      case 'getInitData':
        return this.#initData(frame);
      case 'refreshAuth': {
        const next = frame.app.refreshFrame(frame.refresh);
        Object.assign(frame, { access: next.AUTH_ID, refresh: next.REFRESH_ID });
        return next;
      }
      case 'setInstall':
        if (params.install) this.#hasRun.add(runKey(frame));
        else this.#hasRun.delete(runKey(frame));
        return params;
      case 'setInstallFinish':
        if (!this.#isInstalling(frame)) return undefined;
        frame.app.finishInstall();
        return true;
      case 'setUserOption':
        record.userOptions[frame.userId] = { ...record.userOptions[frame.userId], [String(params.name)]: params.value };
        return params;
      case 'setAppOption':
        if (!this.#deps.users.isAdmin(frame.userId)) return undefined;
        record.options[String(params.name)] = params.value;
        return record.options;
      default:
        return undefined;
    }
  }

  #initData(frame: OpenFrame) {
    const { app, userId, lang, access, refresh, placement, options } = frame;
    const { oauth, users, memberId, host } = this.#deps;
    const expires = oauth.tokens.byAccess(access)?.expires ?? 0;
    const secondsLeft = Math.max(0, expires - Math.floor((Date.now() + oauth.clock.aheadMs) / 1000));
    return {
      LANG: lang,
      DOMAIN: host(),
      PROTOCOL: 1,
      PATH: '/rest',
      AUTH_ID: access,
      AUTH_EXPIRES: String(secondsLeft),
      REFRESH_ID: refresh,
      MEMBER_ID: memberId,
      FIRST_RUN: !this.#hasRun.has(runKey(frame)),
      IS_ADMIN: users.isAdmin(userId),
      INSTALL: this.#isInstalling(frame),
      USER_OPTIONS: orList(app.record.userOptions[userId] ?? {}),
      APP_OPTIONS: orList(app.record.options),
      PLACEMENT: placement,
      PLACEMENT_OPTIONS: orList(options),
    };
  }

  #isInstalling({ app }: OpenFrame): boolean {
    return !app.isInstalled && installMode(app.record, this.#deps.switches) === 'wizard';
  }
}

function runKey({ app, userId }: OpenFrame): string {
  return `${app.clientId}/${app.version}/${userId}`;
}

/** PHP writes an empty map as a list. */
function orList(values: Values): Values | [] {
  return Object.keys(values).length > 0 ? values : [];
}
