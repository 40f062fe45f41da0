/** Steps of one tenant side by side, at most: portals work on about eight requests at once. */
const most = 8;
const first = 2;
/** A call that costs this much more than the cheapest seen shows that the portal is at its limit. */
const tolerated = 1.5;

/**
 * How many steps of one tenant may be in flight: two at first, one more with each step while the cost of a call does not grow, one less
 * when it does. Costs are seconds a call, kept by operation.
 */
export class StepConcurrency {
  #limit = first;
  readonly #cheapest = new Map<string, number>();

  get limit(): number {
    return this.#limit;
  }

  /** A step ended; `cost` is what a call of its operation costs now, null when it is not known. */
  note(operation: string, cost: number | null): void {
    if (cost === null) return;
    // Seconds below this are noise.
    const now = Math.max(cost, 0.02);
    const cheapest = Math.min(now, (this.#cheapest.get(operation) ?? now) * 1.02);
    this.#cheapest.set(operation, cheapest);
    this.#limit = now <= cheapest * tolerated ? Math.min(most, this.#limit + 1) : Math.max(1, this.#limit - 1);
  }
}
