import type { PortalSwitches } from './switches.ts';

/**
 * The portal's processes: at most `workers` of the switches execute requests at the same time, the others wait in line in the order in
 * which they came. A request whose caller has gone keeps its place, and is executed all the same. Means something where execution
 * takes its time: with `virtualSeconds: false`, or with requests that are delayed or hang.
 */
export class Workers {
  readonly #switches: PortalSwitches;
  readonly #line: (() => void)[] = [];
  #inFlight = 0;
  #atWork = 0;
  #maxAtOnce = 0;
  #maxAtWork = 0;

  constructor(switches: PortalSwitches) {
    this.#switches = switches;
  }

  /** Requests that came and are not answered yet, those in line included. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests that are being executed. */
  get atWork(): number {
    return this.#atWork;
  }

  /** The most requests in flight at once since the start or the last `reset`. */
  get maxAtOnce(): number {
    return this.#maxAtOnce;
  }

  /** The most requests executed at once since the start or the last `reset`. */
  get maxAtWork(): number {
    return this.#maxAtWork;
  }

  /** Forgets the peaks. */
  reset(): void {
    this.#maxAtOnce = this.#inFlight;
    this.#maxAtWork = this.#atWork;
  }

  /** Runs a request when a worker is free. What it throws comes back. */
  async run(request: () => Promise<void>): Promise<void> {
    this.#inFlight += 1;
    this.#maxAtOnce = Math.max(this.#maxAtOnce, this.#inFlight);
    try {
      await this.#enter();
      try {
        await request();
      } finally {
        this.#atWork -= 1;
        this.#admit();
      }
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #enter(): Promise<void> {
    if (this.#line.length > 0 || !this.#isFree()) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#start();
  }

  #admit(): void {
    while (this.#line.length > 0 && this.#isFree()) {
      this.#start();
      this.#line.shift()?.();
    }
  }

  #start(): void {
    this.#atWork += 1;
    this.#maxAtWork = Math.max(this.#maxAtWork, this.#atWork);
  }

  #isFree(): boolean {
    return this.#switches.workers === null || this.#atWork < this.#switches.workers;
  }
}
