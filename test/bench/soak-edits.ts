import type { Random } from './random.ts';
import { makeMerges } from './soak-merges.ts';
import { makeOurEdits } from './soak-our-edits.ts';
import { makeTheirEdits } from './soak-their-edits.ts';
import { makeLedger } from './soak-typed.ts';
import { makeWords } from './soak-words.ts';
import type { SoakWorld } from './soak-world.ts';

/** Edits that people and programs make on both sides, in no order. */
export function makeEdits(world: SoakWorld, random: Random) {
  const ledger = makeLedger();
  const words = makeWords(random, ledger);
  const ours = makeOurEdits(world, random, { ledger, words });
  const theirs = makeTheirEdits(world, random, { ledger, words });
  const merges = makeMerges(world, random);

  return {
    ledger,
    merges: merges.counts,
    merged: merges.survivors,
    closed: theirs.closed,
    async one(): Promise<void> {
      if (random.once(80)) await merges.one();
      else if (random.once(2)) theirs.one();
      else await ours.one();
    },
    async insertSome(count: number): Promise<void> {
      for (let n = 0; n < count; n++)
        for (const tenant of world.tenants) for (const insert of ours.inserts) await insert(tenant);
    },
  };
}
