/** A pool that holds as many as it can: its caller has to come again. */
export class PoolFull extends Error {
  override readonly name = 'PoolFull';
}

export interface BoundedPool {
  /** Runs the work when there is room, in the order of asking. Throws `PoolFull` at once when too many wait already. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** Makes a pool that does `atOnce` pieces of work at the same time and lets at most `waiting` more stand in line. */
export function makeBoundedPool({ atOnce, waiting }: { atOnce: number; waiting: number }): BoundedPool {
  const line: (() => void)[] = [];
  let busy = 0;
  return {
    async run(work) {
      if (busy >= atOnce) {
        if (line.length >= waiting) throw new PoolFull('Too many wait already');
        // What has ended hands its place on: `busy` stays as it is.
        await new Promise<void>((resolve) => line.push(resolve));
      } else busy += 1;
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next) next();
        else busy -= 1;
      }
    },
  };
}
