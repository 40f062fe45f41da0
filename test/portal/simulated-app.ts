import { randomBytes } from 'node:crypto';
import type { AppEvents } from './app-events.ts';
import { type AppList, type AppRecord, makeApplicationToken, userRefusal } from './apps.ts';
import { type Frame, makeFrame } from './frame.ts';
import { installMode } from './install-mode.ts';
import type { OAuthServer } from './oauth-server.ts';
import type { PortalSwitches } from './switches.ts';
import type { TokenPair } from './tokens.ts';
import { systemUserId, type Users } from './users.ts';

export interface SimulatedAppDeps {
  oauth: OAuthServer;
  apps: AppList;
  events: AppEvents;
  users: Users;
  switches: PortalSwitches;
  memberId: string;
  host(): string;
}

export interface FrameOptions {
  /** Who opens it; 1 when absent. */
  userId?: number;
  /** `DEFAULT`: the application's own page, or its install page until the installation is finished. */
  placement?: string;
  /** Which handler, when several are bound to the placement; the first when absent. */
  bindingId?: number;
  /** Decoded; a text goes into the form as it is. */
  options?: Record<string, unknown> | string;
  lang?: string;
  encoding?: Frame['encoding'];
  newerFields?: boolean;
}

/** An application of a portal, as its administrator and its users handle it. */
export class SimulatedApp {
  readonly #deps: SimulatedAppDeps;
  readonly record: AppRecord;

  constructor(deps: SimulatedAppDeps, record: AppRecord) {
    this.#deps = deps;
    this.record = record;
  }

  get clientId(): string {
    return this.record.clientId;
  }

  get clientSecret(): string {
    return this.record.clientSecret;
  }

  get applicationToken(): string {
    return this.record.applicationToken;
  }

  get isInstalled(): boolean {
    return this.record.isInstalled;
  }

  get version(): number {
    return this.record.version;
  }

  /** New tokens of a user, beginning a chain of their own. */
  issue(userId: number): TokenPair {
    const { oauth, memberId } = this.#deps;
    return oauth.tokens.issue({ clientId: this.record.clientId, memberId, userId });
  }

  /** What the browser posts when somebody opens the application or one of its placements. Throws with the page that he sees instead. */
  frame(options: FrameOptions = {}): Frame {
    const { oauth, users, switches, memberId, host } = this.#deps;
    const { record } = this;
    const { userId = 1, placement = 'DEFAULT', lang = 'ru' } = options;
    users.authorize(userId);
    const refusal = userRefusal(record, userId);
    if (refusal) throw refusal;
    const handlerUrl = this.#pageOf(placement, userId, options.bindingId);
    const pair = this.issue(userId);
    const newer = options.newerFields ?? switches.newerFrameFields;
    return makeFrame({
      handlerUrl,
      lang,
      host: host(),
      encoding: options.encoding ?? switches.frameEncoding,
      fields: {
        AUTH_ID: pair.access,
        AUTH_EXPIRES: String(oauth.switches.accessSeconds),
        REFRESH_ID: pair.refresh,
        SERVER_ENDPOINT: newer ? `${oauth.origin}/rest/` : undefined,
        APPLICATION_TOKEN: newer ? record.applicationToken : undefined,
        APPLICATION_SCOPE: newer ? record.scopes.join(',') : undefined,
        member_id: memberId,
        status: record.status,
        PLACEMENT: placement,
        PLACEMENT_OPTIONS: toPhpJson(options.options),
      },
    });
  }

  /** The frame's `refreshAuth`: a new pair without the client secret. */
  refreshFrame(refreshToken: string): Record<'AUTH_ID' | 'REFRESH_ID' | 'AUTH_EXPIRES', string> {
    const { tokens, switches } = this.#deps.oauth;
    const pair = tokens.byRefresh(refreshToken);
    if (!pair) throw new Error('The refresh token does not work');
    const next = tokens.renew(pair, { killAccess: switches.refreshKillsAccess });
    return { AUTH_ID: next.access, REFRESH_ID: next.refresh, AUTH_EXPIRES: String(switches.accessSeconds) };
  }

  /** Begins the installation as the card asks for it: nothing, a page to be opened, or ONAPPINSTALL at once. */
  install(): void {
    const mode = installMode(this.record, this.#deps.switches);
    this.record.isInstalled = mode === 'immediate' || mode === 'callback';
    this.record.bindings = this.record.bindings.filter((binding) => binding.event !== 'ONAPPINSTALL');
    if (mode !== 'callback') return;
    this.#bindOwn('ONAPPINSTALL');
    this.#sendInstall();
    this.#sendUserReady();
  }

  /** What the frame's `setInstallFinish` does. */
  finishInstall(): void {
    const { record } = this;
    if (record.isInstalled) return;
    record.isInstalled = true;
    this.#sendInstall();
    this.#deps.events.release(record);
  }

  /** The portal makes the system user of the application, or wakes him; whom that is told to the switch `userReadyEvent` says. */
  readySystemUser(): void {
    this.#sendUserReady();
  }

  /** The button "Reinstall" of the card: handlers and placements go, the installation begins anew. */
  reinstall(options: { userId?: number } = {}): void {
    const { record } = this;
    record.installedBy = options.userId ?? record.installedBy;
    this.#dropBindings();
    if (this.#deps.switches.tokenOnReinstall === 'new') record.applicationToken = makeApplicationToken();
    this.install();
  }

  /** A new version. Wizard applications have to be finished again. */
  update(): void {
    const { record } = this;
    const { switches, events } = this.#deps;
    const previous = record.version;
    record.version += 1;
    if (switches.tokenOnUpdate === 'new') record.applicationToken = makeApplicationToken();
    if (switches.handlersOnUpdate === 'removed') record.bindings = [];
    const data = { VERSION: String(record.version), PREVIOUS_VERSION: String(previous), LANGUAGE_ID: 'ru' };
    if (switches.updateEvent) events.sendLife(record, { event: 'ONAPPUPDATE', data, tokens: 'both' });
    this.install();
  }

  /** Removes the application; `clean`: with its settings and data. Its tokens are dead before it is told. */
  uninstall({ clean = true }: { clean?: boolean } = {}): void {
    const { record } = this;
    const { oauth, apps, events, memberId } = this.#deps;
    oauth.tokens.kill({ clientId: record.clientId, memberId });
    const data = { LANGUAGE_ID: 'ru', CLEAN: clean ? '1' : '0' };
    events.sendLife(record, { event: 'ONAPPUNINSTALL', data, tokens: 'none' });
    this.#dropBindings();
    record.isInstalled = false;
    apps.remove(record, { keepOptions: !clean && record.kind === 'market' });
    if (record.kind === 'local') oauth.directory.removeClient(record.clientId);
  }

  /** The card gives the application a new secret; the former one is refused from now on. */
  resetSecret(): void {
    const { directory } = this.#deps.oauth;
    directory.removeClient(this.clientId);
    this.record.clientSecret = directory.addClient(this.clientId, randomBytes(25).toString('hex'));
  }

  /** Lets only these people use the application; null: everybody. */
  restrict(userIds: readonly number[] | null): void {
    this.record.allowedUsers = userIds === null ? null : [...userIds];
  }

  /** What the card's list of rights says from now on. Tokens that are out are checked against it at each call. */
  setScopes(scopes: readonly string[]): void {
    this.record.scopes = [...scopes];
  }

  /** A paid or trial period ends (PAYMENT_REQUIRED), or is paid for again. */
  setPaymentExpired(isExpired: boolean): void {
    this.record.isPaymentExpired = isExpired;
    if (isExpired) return;
    const { record } = this;
    const data = {
      CODE: record.clientId,
      VERSION: String(record.version),
      STATUS: record.status,
      PAYMENT_EXPIRED: 'N',
    };
    this.#deps.events.sendLife(record, { event: 'ONAPPPAYMENT', data, tokens: 'access' });
  }

  #pageOf(placement: string, userId: number, bindingId?: number): string {
    const { record } = this;
    const mode = installMode(record, this.#deps.switches);
    if (!record.isInstalled) {
      if (mode === 'wizard' && this.#deps.users.isAdmin(userId)) return record.installUrl as string;
      throw new Error(
        'The application is not fully installed yet. Please contact your Bitrix24 administrator to complete the installation.',
      );
    }
    if (placement === 'DEFAULT') {
      if (record.menuItem === null) throw new Error('The application has no page of its own');
      return record.handlerUrl;
    }
    const bound = record.placements.find(
      ({ placement: code, id }) => code === placement && (bindingId === undefined || id === bindingId),
    );
    if (!bound) throw new Error(`The application has no placement ${placement}`);
    return bound.handler;
  }

  #bindOwn(event: string): void {
    const { record } = this;
    if (record.bindings.some((binding) => binding.event === event && binding.handler === record.installUrl)) return;
    record.bindings.push({
      id: this.#deps.apps.nextId(),
      event,
      handler: record.installUrl as string,
      authType: 0,
      userId: record.installedBy,
      isOffline: false,
      connector: '',
      minTimeout: 1,
    });
  }

  #sendInstall(): void {
    const { record } = this;
    const data = { VERSION: String(record.version), ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'ru' };
    this.#deps.events.sendLife(record, { event: 'ONAPPINSTALL', data, tokens: 'both' });
  }

  #sendUserReady(): void {
    const { record } = this;
    const { oauth, switches, users, events, host } = this.#deps;
    const wanted = switches.userReadyEvent;
    if (wanted === 'none' || (wanted === 'market' && record.kind === 'local')) return;
    this.#bindOwn('ONAPPUSERREADY');
    users.wakeSystemUser();
    const pair = this.issue(systemUserId);
    const data = {
      access_token: pair.access,
      refresh_token: pair.refresh,
      expires_in: String(oauth.switches.accessSeconds),
      scope: record.scopes.join(','),
      domain: oauth.host,
      server_endpoint: `${oauth.origin}/rest/`,
      client_endpoint: `https://${host()}/rest/`,
      member_id: pair.memberId,
      user_id: String(systemUserId),
      client_id: record.clientId,
      status: record.status,
      LANGUAGE_ID: 'ru',
    };
    events.sendLife(record, { event: 'ONAPPUSERREADY', data, tokens: 'both' });
  }

  #dropBindings(): void {
    this.record.bindings = [];
    this.record.placements = [];
    this.record.offline = [];
  }
}

// PHP escapes slashes in JSON.
function toPhpJson(value: Record<string, unknown> | string | undefined): string | undefined {
  return typeof value === 'object' ? JSON.stringify(value).replaceAll('/', '\\/') : value;
}
