/** Steps of one tenant side by side, at most: portals work on about eight requests at once. */
const most = 8;
const first = 2;
/** A call that costs this much more than the cheapest seen shows that the portal is at its limit. */
const tolerated = 1.5;
/** A step is not made shorter than this to spread work: each is one of the requests that the portal allows. */
const shortestSeconds = 1;

/** What the next step of an operation is cut from. */
export interface Waiting {
  /** Records that fit one step so that it ends in time. */
  fit: number;
  /** Seconds a call. */
  cost: number;
  /** Records that wait; null when more of them may come. */
  left: number | null;
  /** Steps that were sent in this turn. */
  sent: number;
}

/**
 * How many steps of one tenant may be in flight: two at first, one more with each step while the cost of a call does not grow, one less
 * when it does. Costs are seconds a call, kept by operation.
 */
export class StepConcurrency {
  #limit = first;
  #answered = 0;
  readonly #cheapest = new Map<string, number>();

  get limit(): number {
    return this.#limit;
  }

  /** A step was answered; `cost` is what a call of its operation costs now, null when it is not known. */
  note(operation: string, cost: number | null): void {
    if (cost === null) return;
    this.#answered += 1;
    // Seconds below this are noise.
    const now = Math.max(cost, 0.02);
    const cheapest = Math.min(now, (this.#cheapest.get(operation) ?? now) * 1.02);
    this.#cheapest.set(operation, cheapest);
    this.#limit = now <= cheapest * tolerated ? Math.min(most, this.#limit + 1) : Math.max(1, this.#limit - 1);
  }

  /**
   * How many records the next step takes. The first steps of all are short, so that it is soon known how many the portal bears; the last
   * records of a large load, when they would leave half of the places empty, are spread over all, so that they end together. Each costs
   * requests, which a portal allows two a second of: small loads, and portals that bear no more, have none to spare.
   */
  sizeOf({ fit, cost, left, sent }: Waiting): number {
    const short = Math.ceil(shortestSeconds / Math.max(cost, 0.001));
    const ramp = this.#answered < most ? Math.ceil((fit * this.#limit) / most) : fit;
    const isLast = left !== null && sent >= 2 * most && left <= (fit * this.#limit) / 2;
    const spread = isLast ? Math.ceil(left / this.#limit) : fit;
    return Math.min(fit, Math.max(short, Math.min(ramp, spread)));
  }
}
