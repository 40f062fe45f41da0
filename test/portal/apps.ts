import { randomBytes, randomInt } from 'node:crypto';
import type { OfflineRow } from './offline-queue.ts';
import { RestError } from './types.ts';

/** A handler that an application bound to an event. */
export interface EventBinding {
  id: number;
  /** Upper case. */
  event: string;
  /** Empty for offline bindings. */
  handler: string;
  /** 0: the tokens of whoever acted. */
  authType: number;
  /** Who bound it. */
  userId: number;
  isOffline: boolean;
  /** Key of its own offline queue; empty: the common one. */
  connector: string;
  /** Seconds between two ONOFFLINEEVENT. */
  minTimeout: number;
}

export interface PlacementBinding {
  id: number;
  placement: string;
  userId: number;
  handler: string;
  title: string;
  description: string;
  options: Record<string, unknown>;
  langAll: Record<string, unknown>;
}

/** An application as its card in the portal keeps it. */
export interface AppRecord {
  id: number;
  kind: 'local' | 'market';
  clientId: string;
  clientSecret: string;
  applicationToken: string;
  handlerUrl: string;
  installUrl: string | null;
  /** Null: no user interface. */
  menuItem: string | null;
  completesItself: boolean;
  scopes: string[];
  version: number;
  /** L local; F, D, T, P, S market. */
  status: string;
  isInstalled: boolean;
  isPaymentExpired: boolean;
  /** Whose tokens the life-cycle events carry. */
  installedBy: number;
  /** Null: everybody may use it. */
  allowedUsers: number[] | null;
  options: Record<string, unknown>;
  userOptions: Record<number, Record<string, unknown>>;
  bindings: EventBinding[];
  placements: PlacementBinding[];
  offline: OfflineRow[];
}

export interface AppOptions {
  kind: 'local' | 'market';
  handlerUrl: string;
  installUrl?: string | null;
  /** Text in the left menu; null: an application without user interface. */
  menuItem?: string | null;
  /** The checkbox "Application completes the installation itself". */
  completesItself?: boolean;
  scopes?: string[];
  clientId?: string;
  clientSecret?: string;
  /** The administrator who installs it. */
  userId?: number;
}

/** The applications of one portal. */
export class AppList {
  #apps: AppRecord[] = [];
  #nextId = 1;
  readonly #leftOptions = new Map<string, Record<string, unknown>>();

  list(): readonly AppRecord[] {
    return this.#apps;
  }

  byClient(clientId: string): AppRecord | undefined {
    return this.#apps.find((app) => app.clientId === clientId);
  }

  /** Saves the card of an application; nothing is sent yet. */
  add(options: AppOptions, secretOf: (clientId: string, secret: string) => string): AppRecord {
    const clientId = options.clientId ?? makeClientId(options.kind);
    if (this.byClient(clientId)) throw new Error(`There is an application ${clientId} already`);
    const app: AppRecord = {
      id: this.#nextId++,
      kind: options.kind,
      clientId,
      clientSecret: secretOf(clientId, options.clientSecret ?? randomText(50)),
      applicationToken: makeApplicationToken(),
      handlerUrl: options.handlerUrl,
      installUrl: options.installUrl ?? null,
      menuItem: options.menuItem === undefined ? 'Axenta' : options.menuItem,
      completesItself: options.completesItself ?? false,
      scopes: options.scopes ?? ['crm', 'user', 'placement'],
      version: 1,
      status: options.kind === 'local' ? 'L' : 'F',
      isInstalled: false,
      isPaymentExpired: false,
      installedBy: options.userId ?? 1,
      allowedUsers: null,
      options: this.#leftOptions.get(clientId) ?? {},
      userOptions: {},
      bindings: [],
      placements: [],
      offline: [],
    };
    this.#apps.push(app);
    return app;
  }

  /** Options that are kept come back when the same application is added again. */
  remove(app: AppRecord, { keepOptions }: { keepOptions: boolean }): void {
    this.#apps = this.#apps.filter((candidate) => candidate !== app);
    if (keepOptions) this.#leftOptions.set(app.clientId, app.options);
    else this.#leftOptions.delete(app.clientId);
  }

  /** A number for a binding, a placement, a row of the offline queue. */
  nextId(): number {
    return this.#nextId++;
  }

  snapshot() {
    return { nextId: this.#nextId, apps: this.#apps };
  }

  load({ nextId, apps }: ReturnType<AppList['snapshot']>): void {
    this.#nextId = nextId;
    this.#apps = apps;
  }
}

/** Why a person may not use an application; null: he may. */
export function userRefusal(app: AppRecord, userId: number): RestError | null {
  if (app.isPaymentExpired) return new RestError(401, 'PAYMENT_REQUIRED', 'Subscription has been ended');
  if (app.allowedUsers === null || app.allowedUsers.includes(userId)) return null;
  return new RestError(403, 'user_access_error', 'The user does not have access to the application.');
}

export function makeApplicationToken(): string {
  return randomBytes(16).toString('hex');
}

function makeClientId(kind: 'local' | 'market'): string {
  const prefix = kind === 'local' ? 'local' : 'app';
  return `${prefix}.${randomBytes(7).toString('hex')}.${randomInt(10_000_000, 99_999_999)}`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
