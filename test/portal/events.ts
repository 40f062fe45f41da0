import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import qs from 'qs';
import type { Journal } from './journal.ts';
import type { RecordChange } from './types.ts';

/** A handler that the portal calls: an outgoing webhook. */
export interface Subscription {
  id: number;
  url: string;
  events: Set<string>;
  token: string;
}

/** How deliveries go wrong: none of it is repeated by a portal. */
export interface DeliveryFaults {
  delayMs: number;
  lossRate: number;
  doubleRate: number;
  shuffle: boolean;
}

export interface EventDeps {
  journal: Journal;
  host(): string;
  memberId: string;
  random(): number;
}

const waveMs = 20;

/** Tells subscribers of changes, each by one form-encoded POST, without repeats and without promises about order. */
export class EventDelivery {
  readonly faults: DeliveryFaults = { delayMs: 0, lossRate: 0, doubleRate: 0, shuffle: false };
  readonly #deps: EventDeps;
  #subscriptions: Subscription[] = [];
  #pending: { subscription: Subscription; event: string; id: number }[] = [];
  #running: Promise<void> | null = null;
  #isStopped = false;
  #nextId = 100;

  constructor(deps: EventDeps) {
    this.#deps = deps;
  }

  add(options: { url: string; events: readonly string[]; token?: string | undefined }): {
    token: string;
    remove(): void;
  } {
    const token = options.token ?? randomBytes(16).toString('hex');
    const subscription = { id: this.#nextId++, url: options.url, events: new Set(options.events), token };
    this.#subscriptions.push(subscription);
    return {
      token,
      remove: () => {
        this.#subscriptions = this.#subscriptions.filter((candidate) => candidate !== subscription);
      },
    };
  }

  announce({ kind, change, id }: RecordChange): void {
    const event = `ONCRM${kind.toUpperCase()}${change}`;
    const { random } = this.#deps;
    for (const subscription of this.#subscriptions) {
      if (!subscription.events.has(event) || random() < this.faults.lossRate) continue;
      this.#pending.push({ subscription, event, id });
      if (random() < this.faults.doubleRate) this.#pending.push({ subscription, event, id });
    }
    this.#running ??= this.#deliver().finally(() => {
      this.#running = null;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pending = [];
    await this.#running;
  }

  /** Resolves when everything that was announced has been delivered. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #deliver(): Promise<void> {
    while (this.#pending.length > 0 && !this.#isStopped) {
      await sleep(this.faults.delayMs || waveMs);
      const wave = this.#pending;
      this.#pending = [];
      if (this.faults.shuffle) wave.sort(() => this.#deps.random() - 0.5);
      for (let at = 0; at < wave.length && !this.#isStopped; at += 20) {
        await Promise.all(wave.slice(at, at + 20).map((delivery) => this.#post(delivery)));
      }
    }
  }

  async #post({ subscription, event, id }: { subscription: Subscription; event: string; id: number }): Promise<void> {
    const { journal, memberId, host } = this.#deps;
    const body = qs.stringify({
      event,
      event_handler_id: String(subscription.id),
      data: { FIELDS: { ID: String(id) } },
      ts: String(Math.floor(Date.now() / 1000)),
      auth: {
        domain: host(),
        client_endpoint: `https://${host()}/rest/`,
        server_endpoint: 'https://oauth.bitrix.info/rest/',
        member_id: memberId,
        application_token: subscription.token,
      },
    });
    const startedAt = performance.now();
    let status = 0;
    try {
      const answer = await fetch(subscription.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Bitrix24 Webhook Engine' },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      status = answer.status;
      await answer.arrayBuffer();
    } catch {
      // Not delivered: a portal only logs it.
    }
    const ms = Math.round(performance.now() - startedAt);
    journal.write({
      kind: 'event',
      method: event,
      params: { id },
      status,
      ms,
      write: false,
      ...(status !== 200 && { error: `HTTP ${status}` }),
    });
  }
}
