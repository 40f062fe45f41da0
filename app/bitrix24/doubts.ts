/** Something was refused that the lists allow: worth one look each time. */
export const refusal = 'refusal';

/** The sign of a field that an answer holds and the list does not, or the other way round. */
export const signOf = { unknown: (itemName: string) => `+${itemName}`, absent: (itemName: string) => `-${itemName}` };

/**
 * What does not fit the lists that were read of a portal. A sign that a new look did not end is no reason for another; all are forgotten
 * with the next look that nothing but time asked for.
 */
export class Doubts {
  readonly #open = new Map<string, Set<string>>();
  readonly #answered = new Map<string, Set<string>>();

  raise(key: string, signs: readonly string[]): void {
    const answered = this.#answered.get(key);
    for (const sign of signs) answered?.delete(oppositeOf(sign));
    const fresh = signs.filter((sign) => !answered?.has(sign));
    if (fresh.length > 0) this.#open.set(key, new Set([...(this.#open.get(key) ?? []), ...fresh]));
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** The lists are read again now. */
  answer(key: string): void {
    const open = this.#open.get(key);
    if (open) this.#answered.set(key, new Set([...(this.#answered.get(key) ?? []), ...open]));
    else this.#answered.delete(key);
    this.#answered.get(key)?.delete(refusal);
    this.#open.delete(key);
  }

  clear(): void {
    this.#open.clear();
    this.#answered.clear();
  }
}

function oppositeOf(sign: string): string {
  return `${sign.startsWith('+') ? '-' : '+'}${sign.slice(1)}`;
}
