import type { Clock } from './clock.ts';

export interface RememberBriefly<Value> {
  /** What the work gave a moment ago, or is about to give; else it is done now. What was begun before `since` is too old. */
  (key: string, work: () => Promise<Value>, since?: Date | null): Promise<Value>;
  /** Forgets everything. */
  clear(): void;
}

/**
 * Makes a memory of `forMs` for what many ask for at the same time: they share one answer while it is on its way and for a moment after it
 * was asked for; a failure too, unless `failures` are to be forgotten when they have come. `most` is how many answers are kept; the oldest
 * goes first.
 */
export function makeRememberBriefly<Value>(options: {
  clock: Pick<Clock, 'now'>;
  forMs: number;
  most: number;
  failures: 'kept' | 'forgotten';
}): RememberBriefly<Value> {
  const { clock, forMs, most, failures } = options;
  const known = new Map<string, { at: number; answer: Promise<Value>; isOpen: boolean }>();

  const remember: RememberBriefly<Value> = (key, work, since = null) => {
    const now = clock.now().getTime();
    const kept = known.get(key);
    const isNew = kept !== undefined && (since === null || kept.at >= since.getTime());
    if (isNew && (kept.isOpen || now - kept.at < forMs)) return kept.answer;
    const entry = { at: now, answer: work(), isOpen: true };
    const close = () => {
      entry.isOpen = false;
    };
    const fail = () => {
      close();
      if (failures === 'forgotten' && known.get(key) === entry) known.delete(key);
    };
    entry.answer.then(close, fail);
    // Behind the others, which are older.
    known.delete(key);
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return entry.answer;
  };
  remember.clear = () => known.clear();
  return remember;
}
