import { setTimeout as sleep } from 'node:timers/promises';
import qs from 'qs';
import type { Journal } from './journal.ts';
import { postForm } from './post-form.ts';
import type { PortalSwitches } from './switches.ts';

/** One call of one handler. */
export interface Delivery {
  handlerId: number;
  url: string;
  /** Upper case. */
  event: string;
  /** Absent: the form has no `data` at all. */
  data?: Record<string, unknown>;
  /** The `auth` part, made when the event is sent. */
  auth(): Record<string, string>;
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
  switches: PortalSwitches;
  caPem: string;
  now(): number;
  random(): number;
}

const waveMs = 20;

/** Calls handlers, each by one form-encoded POST, without promises about order, as slowly as a slow handler deserves. */
export class EventDelivery {
  readonly faults: DeliveryFaults = { delayMs: 0, lossRate: 0, doubleRate: 0, shuffle: false };
  readonly #deps: EventDeps;
  #pending: { delivery: Delivery; attempt: number }[] = [];
  /** Until when a handler that answered slowly is left alone, by its address; performance clock. */
  readonly #restUntil = new Map<string, number>();
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(deps: EventDeps) {
    this.#deps = deps;
  }

  send(delivery: Delivery): void {
    const { random } = this.#deps;
    if (this.#isStopped || random() < this.faults.lossRate) return;
    this.#pending.push({ delivery, attempt: 1 });
    if (random() < this.faults.doubleRate) this.#pending.push({ delivery, attempt: 1 });
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
      const wave = this.#takeReady();
      if (this.faults.shuffle) wave.sort(() => this.#deps.random() - 0.5);
      for (let at = 0; at < wave.length && !this.#isStopped; at += 20) {
        await Promise.all(wave.slice(at, at + 20).map((item) => this.#post(item.delivery, item.attempt)));
      }
    }
  }

  #takeReady() {
    const now = performance.now();
    const isReady = ({ delivery }: { delivery: Delivery }) => (this.#restUntil.get(delivery.url) ?? 0) <= now;
    const ready = this.#pending.filter(isReady);
    this.#pending = this.#pending.filter((item) => !ready.includes(item));
    return ready;
  }

  async #post(delivery: Delivery, attempt: number): Promise<void> {
    const { journal, switches, caPem, now } = this.#deps;
    const { handlerId, url, event, data, auth } = delivery;
    const body = qs.stringify({
      event,
      event_handler_id: String(handlerId),
      data,
      ts: String(Math.floor(now() / 1000)),
      auth: auth(),
    });
    const startedAt = performance.now();
    const status = await postForm({ url, body, caPem, timeoutMs: switches.handlerTimeoutMs });
    const ms = Math.round(performance.now() - startedAt);
    if (ms > switches.slowHandlerMs) this.#restUntil.set(url, performance.now() + ms);
    const id = Number((data?.FIELDS as { ID?: string } | undefined)?.ID);
    journal.write({
      kind: 'event',
      method: event,
      params: { ...(id > 0 && { id }), handlerId, url },
      status,
      ms,
      write: false,
      ...(status !== 200 && { error: `HTTP ${status}` }),
    });
    const failed = status < 200 || status > 299;
    if (failed && attempt <= switches.deliveryRepeats) this.#pending.push({ delivery, attempt: attempt + 1 });
  }
}
