import type { PortalSwitches } from './switches.ts';
import { RestError } from './types.ts';

interface MethodTime {
  /** Seconds by the minute in which they were spent. */
  minutes: Map<number, number>;
  bannedUntil: number;
}

/** The portal's two limits: requests (leaky bucket), seconds of execution per credential and method. Times in ms. */
export class PortalLimits {
  readonly #switches: PortalSwitches;
  readonly #now: () => number;
  #level = 0;
  #drainedAt = 0;
  readonly #times = new Map<string, MethodTime>();

  constructor(switches: PortalSwitches, now: () => number) {
    this.#switches = switches;
    this.#now = now;
  }

  /** Requests in the bucket just now. */
  get level(): number {
    return this.#level;
  }

  /** Counts a request; throws 503 when the bucket overflows. A refused request is not counted. */
  countRequest(): void {
    if (!this.#switches.rateLimited) return;
    const now = this.#now();
    const seconds = Math.floor((now - this.#drainedAt) / 1000);
    if (seconds > 0) {
      this.#level = Math.max(0, this.#level - seconds * this.#switches.rateDrain);
      this.#drainedAt += seconds * 1000;
    }
    if (this.#level + 1 > this.#switches.rateSize)
      throw new RestError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
    this.#level += 1;
  }

  /** Throws 429 when the method has no execution time left. */
  checkTime(credential: string, method: string): void {
    if (this.#switches.operating === 'off') return;
    const time = this.#times.get(`${credential} ${method}`);
    if (!time) return;
    if (time.bannedUntil > this.#now() || this.#spent(time) >= this.#switches.operatingLimit) {
      throw new RestError(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');
    }
  }

  /** Adds seconds to a method; what is under a tenth of a second is not recorded. */
  addTime(credential: string, method: string, seconds: number): void {
    if (this.#switches.operating === 'off' || seconds <= 0.1) return;
    const key = `${credential} ${method}`;
    const time = this.#times.get(key) ?? { minutes: new Map(), bannedUntil: 0 };
    this.#times.set(key, time);
    const minute = Math.floor(this.#now() / 60_000);
    time.minutes.set(minute, (time.minutes.get(minute) ?? 0) + seconds);
    const ban = this.#switches.operatingBanSeconds;
    if (ban > 0 && this.#spent(time) >= this.#switches.operatingLimit) {
      time.bannedUntil = this.#now() + ban * 1000;
      time.minutes.clear();
    }
  }

  /** The keys that answers carry. */
  report(credential: string, method: string): { operating?: number; operating_reset_at?: number } {
    if (this.#switches.operating === 'off') return {};
    const time = this.#times.get(`${credential} ${method}`);
    const now = this.#now();
    if (!time) return { operating: 0, operating_reset_at: Math.floor(now / 1000) + 600 };
    const operating = this.#spent(time);
    const oldest = Math.min(...time.minutes.keys(), Math.floor(now / 60_000));
    return { operating, operating_reset_at: oldest * 60 + 600 };
  }

  #spent(time: MethodTime): number {
    const oldest = Math.floor(this.#now() / 60_000) - 9;
    for (const minute of time.minutes.keys()) if (minute < oldest) time.minutes.delete(minute);
    return [...time.minutes.values()].reduce((sum, seconds) => sum + seconds, 0);
  }
}
