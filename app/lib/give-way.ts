import { setImmediate as nextTurn } from 'node:timers/promises';

/** As long as one piece of work may keep everything else of this process waiting, in ms. */
const longestMs = 4;

/**
 * Makes what a long loop awaits between two of its pieces: when 4 ms have passed since it last gave way, everything else in this process
 * has its turn first. Without it, thousands of records of one tenant hold up the edits of all others.
 */
export function makeGiveWay(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestMs) return;
    await nextTurn();
    since = performance.now();
  };
}
