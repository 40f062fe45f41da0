import type { JournalEntry } from './types.ts';

export type FaultAction =
  | { kind: 'refuse'; status: number; error: string; description: string }
  | { kind: 'delay'; ms: number }
  /** A balancer's page instead of an answer. */
  | { kind: 'html'; status: number }
  /** The connection breaks before anything is done. */
  | { kind: 'dropBefore' }
  /** Everything is done, the answer is lost. */
  | { kind: 'dropAfter' }
  /** An answer without its `time` key. */
  | { kind: 'noTime' }
  | { kind: 'redirect'; host: string }
  /** A list that finds nothing, whatever there is. */
  | { kind: 'emptyList' };

export interface FaultRule {
  /** Matches the request's method (`batch` too) or a command inside a batch; absent: every request. */
  method?: string | RegExp;
  /** Looks at the parameters. */
  when?: (params: Record<string, unknown>) => boolean;
  /** How often it strikes; absent: until it is removed. */
  times?: number;
  action: FaultAction;
}

/** Rules by which requests go wrong. */
export class Faults {
  #rules: FaultRule[] = [];
  /** Every connection is refused. */
  isDown = false;

  /** Adds a rule; returns what removes it. */
  add(rule: FaultRule): () => void {
    const own = { ...rule };
    this.#rules.push(own);
    return () => {
      this.#rules = this.#rules.filter((candidate) => candidate !== own);
    };
  }

  clear(): void {
    this.#rules = [];
    this.isDown = false;
  }

  /** The first rule that fits, used up by one. */
  strike(method: string, params: Record<string, unknown>): FaultAction | null {
    const rule = this.#rules.find(
      (candidate) => fits(candidate.method, method) && (candidate.when?.(params) ?? true) && candidate.times !== 0,
    );
    if (!rule) return null;
    if (rule.times !== undefined) rule.times -= 1;
    return rule.action;
  }
}

function fits(pattern: string | RegExp | undefined, method: string): boolean {
  if (pattern === undefined) return true;
  return typeof pattern === 'string' ? pattern.toLowerCase() === method.toLowerCase() : pattern.test(method);
}

/** What happened at the portal, in order: every method that was executed and every event that was delivered. */
export class Journal {
  entries: JournalEntry[] = [];
  #seq = 0;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();
  /** Older entries are forgotten. */
  readonly #keep = 50_000;

  write(entry: Omit<JournalEntry, 'seq' | 'at'>): void {
    const stored = { ...entry, seq: ++this.#seq, at: new Date().toISOString() };
    this.entries.push(stored);
    if (this.entries.length > this.#keep) this.entries.splice(0, this.#keep / 10);
    for (const listener of this.#listeners) listener(stored);
  }

  clear(): void {
    this.entries = [];
  }

  /** Calls that fit: by method, by whether they change data. */
  calls(filter: { method?: string | RegExp; write?: boolean } = {}): JournalEntry[] {
    return this.entries.filter(
      (entry) =>
        entry.kind === 'call' &&
        fits(filter.method, entry.method) &&
        (filter.write === undefined || entry.write === filter.write),
    );
  }

  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
