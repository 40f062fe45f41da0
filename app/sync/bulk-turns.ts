import { setTimeout as sleep } from 'node:timers/promises';
import { makeTurns } from '../jobs/turns.ts';

/** Lets what can wait make room for what people wait for, within one process. */
export interface BulkTurns {
  /** Work that a person waits for begins; returns how to say that it has ended. */
  enterUrgent(): () => void;
  /** Does one piece of work that can wait. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** A piece that takes longer (a lock of another program) holds up no other. */
const longestPieceMs = 500;
/** Urgent work that takes longer waits for a portal: it needs nothing of this process. */
const urgentMs = 250;
/** No rest is longer, however long the piece before it was. */
const longestRestMs = 100;

/**
 * Makes the turns of pieces of work that can wait: one at a time in this process, whichever company it is for. While people wait for
 * something, each is followed by a rest as long as itself. Without it, the steps of a first load that end together take all of the machine
 * for half a second, and every edit of all companies waits.
 */
export function makeBulkTurns(): BulkTurns {
  const turns = makeTurns(longestPieceMs);
  const urgent = new Set<{ since: number }>();
  let restsUntil = 0;

  function isUrgentUnderWay(): boolean {
    const now = performance.now();
    return [...urgent].some(({ since }) => now - since < urgentMs);
  }
  return {
    enterUrgent() {
      const entry = { since: performance.now() };
      urgent.add(entry);
      return () => void urgent.delete(entry);
    },
    async run(work) {
      await turns.take();
      try {
        if (isUrgentUnderWay()) await sleep(Math.max(0, restsUntil - performance.now()));
        const startedAt = performance.now();
        const value = await work();
        const endedAt = performance.now();
        restsUntil = endedAt + Math.min(longestRestMs, endedAt - startedAt);
        return value;
      } finally {
        turns.end();
      }
    },
  };
}
