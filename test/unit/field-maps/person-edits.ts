import { expect } from 'chai';
import type { SimulatedPair } from './simulated-pair.ts';

/**
 * Every word that somebody typed stands on one side at least, or in a conflict. `typed` are the words of the last edit of each side;
 * `shown` are all texts in which they may stand.
 */
export function expectNothingLost(typed: readonly string[], shown: readonly unknown[], pair: SimulatedPair): void {
  const kept = [
    ...shown.map((text) => String(text ?? '')),
    ...pair.conflicts.flatMap(({ localValue, remoteValue }) => [localValue ?? '', remoteValue ?? '']),
  ].join('\n');
  for (const word of typed) expect(kept).to.include(word);
}

/** A second pass writes nothing. */
export function expectQuiet(pair: SimulatedPair): void {
  expect(pair.pass(), 'a second pass').to.deep.equal([]);
}
