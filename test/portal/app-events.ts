import type { AppList, AppRecord, EventBinding } from './apps.ts';
import { scopeOfEvent } from './event-catalogue.ts';
import type { EventDelivery } from './events.ts';
import { appendOffline, type OfflineRow } from './offline-queue.ts';
import type { PortalSwitches } from './switches.ts';
import type { TokenBook } from './tokens.ts';
import type { PortalEvent } from './types.ts';
import type { Users } from './users.ts';

export interface AppEventDeps {
  apps: AppList;
  delivery: EventDelivery;
  tokens: TokenBook;
  users: Users;
  switches: PortalSwitches;
  memberId: string;
  /** What the `auth` of every event holds: domain, endpoints, member_id. */
  portalAuth(): Record<string, string>;
  now(): number;
}

/** Which tokens the `auth` of an event carries. */
export type TokenPart = 'none' | 'access' | 'both';

export interface LifeEvent {
  event: string;
  data: Record<string, unknown>;
  tokens: TokenPart;
}

/** What applications are told of: changes of records (online and offline) and their own life. */
export class AppEvents {
  readonly #deps: AppEventDeps;
  /** Raised before the installation was finished; kept only when the switch says so. */
  readonly #held = new Map<AppRecord, PortalEvent[]>();
  /** When ONOFFLINEEVENT went to a binding last; ms since the epoch. */
  readonly #wokenAt = new Map<number, number>();

  constructor(deps: AppEventDeps) {
    this.#deps = deps;
  }

  /** Tells every application of a change that it may know of. */
  announce(change: PortalEvent): void {
    for (const app of this.#deps.apps.list()) this.#tell(app, change);
  }

  /** Delivers what was held back until the installation was finished. */
  release(app: AppRecord): void {
    for (const change of this.#held.get(app) ?? []) this.#tell(app, change);
    this.#held.delete(app);
  }

  /** Sends an event of the application's own life to the handlers that are bound to it. */
  sendLife(app: AppRecord, life: LifeEvent): void {
    for (const binding of app.bindings) {
      if (binding.event === life.event && !binding.isOffline) this.sendTo(app, binding.id, binding.handler, life);
    }
  }

  /** Sends an event of the application's own life to one address. */
  sendTo(app: AppRecord, handlerId: number, url: string, { event, data, tokens }: LifeEvent): void {
    const { installedBy: userId } = app;
    this.#deps.delivery.send({ handlerId, url, event, data, auth: () => this.auth(app, userId, tokens) });
  }

  /** The `auth` part of an event: tokens of a user, or none when it is nobody's doing. */
  auth(app: AppRecord, userId: number, tokens: TokenPart): Record<string, string> {
    const { users, memberId, portalAuth, tokens: book } = this.#deps;
    const proof = { application_token: app.applicationToken };
    // A robot (user 0) is nobody either.
    if (tokens === 'none' || users.isDismissed(userId)) return { ...portalAuth(), ...proof };
    const pair = book.issue({ clientId: app.clientId, memberId, userId });
    const { domain, ...endpoints } = portalAuth();
    const separator = this.#deps.switches.scopeSeparator === 'space' ? ' ' : ',';
    return {
      access_token: pair.access,
      expires: String(pair.expires),
      expires_in: String(book.accessSeconds),
      scope: app.scopes.join(separator),
      domain: domain ?? '',
      status: app.status,
      ...endpoints,
      user_id: String(userId),
      ...(tokens === 'both' && { refresh_token: pair.refresh }),
      ...proof,
    };
  }

  #tell(app: AppRecord, change: PortalEvent): void {
    if (change.isHiddenFrom?.(app.installedBy)) return;
    if (app.isPaymentExpired || !app.scopes.includes(scopeOfEvent(change.event) ?? 'crm')) return;
    if (!app.isInstalled) {
      if (this.#deps.switches.eventsBeforeFinish === 'kept') {
        this.#held.set(app, [...(this.#held.get(app) ?? []), change]);
      }
      return;
    }
    this.#queueOffline(app, change);
    for (const binding of app.bindings) {
      if (binding.event === change.event && !binding.isOffline) this.#post(app, binding, change);
    }
  }

  #post(app: AppRecord, binding: EventBinding, { event, data, userId }: PortalEvent): void {
    const actor = userId === 0 ? 0 : binding.authType || userId;
    const { eventTokens } = this.#deps.switches;
    this.#deps.delivery.send({
      handlerId: binding.id,
      url: binding.handler,
      event,
      ...(data && { data }),
      auth: () => this.auth(app, actor, eventTokens),
    });
  }

  #queueOffline(app: AppRecord, change: PortalEvent): void {
    const { now, apps } = this.#deps;
    const bindings = app.bindings.filter((binding) => binding.isOffline && binding.event === change.event);
    for (const { connector } of bindings) {
      // A queue with a key leaves out what was changed by calls that carried the key.
      if (connector !== '' && connector === change.connector) continue;
      const row: Omit<OfflineRow, 'id' | 'messageId'> = {
        at: now(),
        event: change.event,
        data: change.data ?? null,
        userId: change.userId,
        processId: '',
        isError: false,
        connector,
      };
      appendOffline(app.offline, row, () => apps.nextId());
    }
    if (bindings.length > 0) this.#wake(app, change);
  }

  #wake(app: AppRecord, change: PortalEvent): void {
    for (const binding of app.bindings) {
      if (binding.event !== 'ONOFFLINEEVENT') continue;
      const last = this.#wokenAt.get(binding.id) ?? Number.NEGATIVE_INFINITY;
      if (this.#deps.now() - last < binding.minTimeout * 1000) continue;
      this.#wokenAt.set(binding.id, this.#deps.now());
      const actor = change.userId === 0 ? 0 : binding.authType || change.userId;
      const auth = () => this.auth(app, actor, 'both');
      this.#deps.delivery.send({ handlerId: binding.id, url: binding.handler, event: 'ONOFFLINEEVENT', auth });
    }
  }
}
