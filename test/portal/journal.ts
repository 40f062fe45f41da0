import { fits } from './faults.ts';
import type { JournalEntry } from './types.ts';

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
