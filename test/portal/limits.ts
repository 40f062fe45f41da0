import type { PortalSwitches } from './switches.ts';
import { RestError } from './types.ts';

interface MethodTime {
  /** Seconds by the minute in which they were spent. */
  minutes: Map<number, number>;
  /** ms since the epoch; 0: no ban. */
  bannedUntil: number;
}

const bucketMinutes = 10;
/** A hit that spent no more than this on a method is not recorded. */
const floorSeconds = 0.1;

/**
 * The portal's two limits: requests (a leaky bucket for the whole portal) and seconds of execution per credential and method.
 * Source: limits.md and settings/performance/limits.md, 2026-08; contradictions are switches.
 */
export class PortalLimits {
  /** Since the start: requests that came, and what was refused. */
  readonly counts = { requests: 0, rateRefusals: 0, timeRefusals: 0 };
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
    this.#drain();
    return this.#level;
  }

  /** Seconds spent in the last ten minutes, by `<credential> <method>`. */
  get operating(): Record<string, number> {
    return Object.fromEntries([...this.#times].map(([key, time]) => [key, this.#spent(time)]));
  }

  /** Counts a request; throws 503 when the bucket overflows. */
  countRequest(): void {
    this.counts.requests += 1;
    if (!this.#switches.rateLimited) return;
    this.#drain();
    if (this.#level + 1 > this.#switches.rateSize) {
      if (this.#switches.refusedFillBucket) this.#level += 1;
      this.counts.rateRefusals += 1;
      throw new RestError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
    }
    this.#level += 1;
  }

  /** Throws 429 when the method has no execution time left. */
  checkTime(credential: string, method: string): void {
    const time = this.#timeOf(credential, method);
    if (!time) return;
    if (time.bannedUntil > this.#now() || this.#spent(time) >= this.#switches.operatingLimit) {
      this.counts.timeRefusals += 1;
      throw new RestError(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');
    }
  }

  /** Adds what one request spent on a method, all its commands together: the limit looks at the sum. */
  addTime(credential: string, method: string, seconds: number): void {
    if (this.#switches.operating === 'off' || seconds <= floorSeconds) return;
    const key = this.#key(credential, method);
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

  /** The keys that answers carry: seconds, and the Unix second at which some of them are forgotten. */
  report(credential: string, method: string): { operating?: number; operating_reset_at?: number } {
    if (this.#switches.operating === 'off') return {};
    const { operating, operating_reset_at } = this.#state(credential, method);
    return this.#switches.resetTimes ? { operating, operating_reset_at } : { operating };
  }

  #state(credential: string, method: string): { operating: number; operating_reset_at: number } {
    const now = this.#now();
    const time = this.#timeOf(credential, method);
    if (!time) return { operating: 0, operating_reset_at: Math.floor(now / 1000) + bucketMinutes * 60 };
    if (time.bannedUntil > now) return { operating: 0, operating_reset_at: Math.floor(time.bannedUntil / 1000) };
    const operating = this.#spent(time);
    const oldest = Math.min(...time.minutes.keys(), Math.floor(now / 60_000));
    return { operating, operating_reset_at: (oldest + bucketMinutes) * 60 };
  }

  #drain(): void {
    const seconds = Math.floor((this.#now() - this.#drainedAt) / 1000);
    if (seconds <= 0) return;
    this.#level = Math.max(0, this.#level - seconds * this.#switches.rateDrain);
    this.#drainedAt += seconds * 1000;
  }

  #timeOf(credential: string, method: string): MethodTime | undefined {
    return this.#switches.operating === 'off' ? undefined : this.#times.get(this.#key(credential, method));
  }

  #key(credential: string, method: string): string {
    return `${this.#switches.operatingShared ? 'all' : credential} ${method}`;
  }

  #spent(time: MethodTime): number {
    const oldest = Math.floor(this.#now() / 60_000) - bucketMinutes + 1;
    for (const minute of time.minutes.keys()) if (minute < oldest) time.minutes.delete(minute);
    return [...time.minutes.values()].reduce((sum, seconds) => sum + seconds, 0);
  }
}
