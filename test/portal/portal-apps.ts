import { AppEvents } from './app-events.ts';
import { AppList, type AppOptions, userRefusal } from './apps.ts';
import { makeEventMethods } from './event-methods.ts';
import type { EventDelivery } from './events.ts';
import type { OAuthServer } from './oauth-server.ts';
import { defaultOAuthSwitches } from './oauth-switches.ts';
import { makeOfflineMethods } from './offline-methods.ts';
import { makePlacementMethods } from './placement-methods.ts';
import type { PortalState } from './portal-state.ts';
import { SimulatedApp } from './simulated-app.ts';
import type { PortalSwitches } from './switches.ts';
import { TokenBook, type TokenPair } from './tokens.ts';
import type { MethodTable, PortalEvent } from './types.ts';
import type { Users } from './users.ts';

export interface PortalAppsDeps {
  /** Absent: the portal has no applications, its webhooks are refused what only applications may call. */
  oauth: OAuthServer | undefined;
  delivery: EventDelivery;
  users: Users;
  state: PortalState;
  switches: PortalSwitches;
  memberId: string;
  host(): string;
  portalAuth(): Record<string, string>;
  now(): number;
}

interface AppsSnapshot {
  list: ReturnType<AppList['snapshot']>;
  tokens: TokenPair[];
}

/** The applications of a portal: what an administrator does with their cards, and what the authorization server asks about them. */
export class PortalApps {
  readonly records = new AppList();
  readonly events: AppEvents;
  /** Methods that only applications call. */
  readonly methods: MethodTable;
  readonly #deps: PortalAppsDeps;
  readonly #handles = new Map<string, SimulatedApp>();

  constructor(deps: PortalAppsDeps) {
    this.#deps = deps;
    const { oauth, users, state, memberId, host } = deps;
    const tokens = oauth?.tokens ?? new TokenBook(defaultOAuthSwitches, deps.now);
    this.events = new AppEvents({ ...deps, apps: this.records, tokens });
    this.methods = {
      ...makeEventMethods({ apps: this.records, events: this.events, state }),
      ...makeOfflineMethods(state, deps.switches),
      ...makePlacementMethods(this.records, deps.switches),
    };
    oauth?.directory.register({
      memberId,
      host,
      isDeleted: () => state.isDeleted,
      app: (clientId) => this.records.byClient(clientId),
      isDismissed: (userId) => users.isDismissed(userId),
      refusal: (clientId, userId) => {
        const app = this.records.byClient(clientId);
        return app ? userRefusal(app, userId) : null;
      },
    });
  }

  /** Saves an application's card, and begins its installation. Throws for a portal without an authorization server. */
  add(options: AppOptions): SimulatedApp {
    const { directory } = this.#oauth;
    const record = this.records.add(options, (clientId, secret) => directory.addClient(clientId, secret));
    const app = this.#handle(record.clientId);
    app.install();
    return app;
  }

  list(): SimulatedApp[] {
    return this.records.list().map((record) => this.#handle(record.clientId));
  }

  /** Throws when there is no such application. */
  get(clientId: string): SimulatedApp {
    return this.#handle(clientId);
  }

  announce(event: PortalEvent): void {
    this.events.announce(event);
  }

  snapshot(): AppsSnapshot {
    const { oauth, memberId } = this.#deps;
    return { list: this.records.snapshot(), tokens: oauth?.tokens.snapshot(memberId) ?? [] };
  }

  load({ list, tokens }: AppsSnapshot): void {
    this.records.load(list);
    const { oauth } = this.#deps;
    for (const { clientId, clientSecret } of list.apps) oauth?.directory.addClient(clientId, clientSecret);
    oauth?.tokens.load(tokens);
  }

  get #oauth(): OAuthServer {
    const { oauth } = this.#deps;
    if (!oauth) throw new Error('Start the portal with an authorization server to give it applications');
    return oauth;
  }

  #handle(clientId: string): SimulatedApp {
    const record = this.records.byClient(clientId);
    if (!record) throw new Error(`There is no application ${clientId}`);
    const known = this.#handles.get(clientId);
    if (known?.record === record) return known;
    const handle = new SimulatedApp(
      { ...this.#deps, oauth: this.#oauth, apps: this.records, events: this.events },
      record,
    );
    this.#handles.set(clientId, handle);
    return handle;
  }
}
