import { randomBytes } from 'node:crypto';
import type { PortalSwitches } from './switches.ts';
import { type Caller, RestError } from './types.ts';
import type { Users } from './users.ts';

/** An inbound webhook as its card in the portal shows it. */
export interface InboundWebhook {
  id: number;
  userId: number;
  secret: string;
  scopes: string[];
}

/** The portal's inbound webhooks. */
export class Credentials {
  readonly #switches: PortalSwitches;
  readonly #users: Users;
  #webhooks: InboundWebhook[] = [];
  #nextId = 1;

  constructor(switches: PortalSwitches, users: Users) {
    this.#switches = switches;
    this.#users = users;
  }

  add(options: { userId?: number; scopes?: string[]; secret?: string } = {}): InboundWebhook {
    const webhook = {
      id: this.#nextId++,
      userId: options.userId ?? 1,
      secret: options.secret ?? randomBytes(8).toString('hex'),
      scopes: options.scopes ?? ['crm', 'user', 'placement'],
    };
    this.#webhooks.push(webhook);
    return webhook;
  }

  list(): readonly InboundWebhook[] {
    return this.#webhooks;
  }

  remove(webhook: InboundWebhook): void {
    this.#webhooks = this.#webhooks.filter((candidate) => candidate !== webhook);
  }

  /** Who calls with this secret; throws `INVALID_CREDENTIALS`, and `authorization_error` when its owner was dismissed. */
  authenticate(userId: number, secret: string): Caller {
    const webhook = this.#webhooks.find((candidate) => candidate.secret === secret && candidate.userId === userId);
    if (!webhook) {
      throw new RestError(
        this.#switches.authStatus === 'docs' ? 403 : 401,
        'INVALID_CREDENTIALS',
        'Invalid request credentials',
      );
    }
    this.#users.authorize(userId);
    const credential = `webhook:${userId}:${secret.slice(0, 4)}`;
    return { credential, userId, isAdmin: this.#users.isAdmin(userId), scopes: webhook.scopes };
  }
}
