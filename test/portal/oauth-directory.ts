import type { RestError } from './types.ts';

/** What the authorization server knows of an application in one portal. */
export interface InstalledApp {
  isInstalled: boolean;
  version: number;
  status: string;
  scopes: readonly string[];
}

/** A portal as the authorization server sees it. */
export interface RegisteredPortal {
  memberId: string;
  host(): string;
  isDeleted(): boolean;
  /** Undefined when the portal has no such application. */
  app(clientId: string): InstalledApp | undefined;
  isDismissed(userId: number): boolean;
  /** Why this user may not use the application; null: he may. */
  refusal(clientId: string, userId: number): RestError | null;
}

/** Portals by their member_id and applications by their client_id: one list for all portals. */
export class OAuthDirectory {
  readonly #portals = new Map<string, RegisteredPortal>();
  readonly #secrets = new Map<string, string>();

  register(portal: RegisteredPortal): void {
    this.#portals.set(portal.memberId, portal);
  }

  portal(memberId: string): RegisteredPortal | undefined {
    return this.#portals.get(memberId);
  }

  /** Makes an application known. A market application keeps its secret in every portal: the one that is known wins. */
  addClient(clientId: string, secret: string): string {
    const known = this.#secrets.get(clientId) ?? secret;
    this.#secrets.set(clientId, known);
    return known;
  }

  /** What happens to a local application when it is removed from its portal. */
  removeClient(clientId: string): void {
    this.#secrets.delete(clientId);
  }

  secretOf(clientId: string): string | undefined {
    return this.#secrets.get(clientId);
  }
}
