import { randomBytes } from 'node:crypto';
import type { EventDelivery } from './events.ts';
import type { PortalEvent } from './types.ts';

export interface OutgoingWebhookDeps {
  delivery: EventDelivery;
  /** What every outgoing webhook's `auth` holds beside its own token. */
  portalAuth(): Record<string, string>;
  nextId(): number;
}

interface OutgoingWebhook {
  id: number;
  url: string;
  events: Set<string>;
  token: string;
  /** Who made it. */
  userId: number;
}

export interface OutgoingWebhookOptions {
  url: string;
  /** Absent: all changes of deals, contacts and companies. */
  events?: readonly string[];
  token?: string;
  userId?: number;
}

/** All changes of deals, contacts and companies. */
export const crmEvents: readonly string[] = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
);

/** Handlers that an administrator subscribed in the portal's settings: their events never carry tokens. */
export class OutgoingWebhooks {
  readonly #deps: OutgoingWebhookDeps;
  #webhooks: OutgoingWebhook[] = [];

  constructor(deps: OutgoingWebhookDeps) {
    this.#deps = deps;
  }

  add({ url, events = crmEvents, token, userId = 1 }: OutgoingWebhookOptions): { token: string; remove(): void } {
    const webhook: OutgoingWebhook = {
      id: this.#deps.nextId(),
      url,
      events: new Set(events),
      token: token ?? randomBytes(16).toString('hex'),
      userId,
    };
    this.#webhooks.push(webhook);
    return {
      token: webhook.token,
      remove: () => this.remove(webhook.id),
    };
  }

  /** What the portal's settings show, tokens included. */
  list(): (Omit<OutgoingWebhook, 'events'> & { events: string[] })[] {
    return this.#webhooks.map(({ events, ...webhook }) => ({ ...webhook, events: [...events] }));
  }

  remove(id: number): void {
    this.#webhooks = this.#webhooks.filter((webhook) => webhook.id !== id);
  }

  announce({ event, data, isHiddenFrom }: PortalEvent): void {
    for (const { id, url, events, token, userId } of this.#webhooks) {
      if (!events.has(event) || isHiddenFrom?.(userId)) continue;
      const auth = () => ({ ...this.#deps.portalAuth(), application_token: token });
      this.#deps.delivery.send({ handlerId: id, url, event, data, auth });
    }
  }
}
