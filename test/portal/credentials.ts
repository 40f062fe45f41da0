import { randomBytes } from 'node:crypto';
import type { PortalSwitches } from './switches.ts';
import { type Caller, RestError } from './types.ts';

/** An inbound webhook as its card in the portal shows it. */
export interface InboundWebhook {
  userId: number;
  secret: string;
  scopes: string[];
}

/** The portal's inbound webhooks. */
export class Credentials {
  readonly #switches: PortalSwitches;
  #webhooks: InboundWebhook[] = [];

  constructor(switches: PortalSwitches) {
    this.#switches = switches;
  }

  add(options: { userId?: number; scopes?: string[]; secret?: string } = {}): InboundWebhook {
    const webhook = {
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

  /** Who calls with this secret; throws `INVALID_CREDENTIALS`. */
  authenticate(userId: number, secret: string): Caller {
    const webhook = this.#webhooks.find((candidate) => candidate.secret === secret && candidate.userId === userId);
    if (!webhook) {
      throw new RestError(
        this.#switches.authStatus === 'docs' ? 403 : 401,
        'INVALID_CREDENTIALS',
        'Invalid request credentials',
      );
    }
    const credential = `webhook:${userId}:${secret.slice(0, 4)}`;
    return { credential, userId, isAdmin: true, scopes: webhook.scopes };
  }
}
