import { AppError, type Text } from '../lib/errors.ts';

/** Who is here at the same time, each under a key: a company, or one caller of a company. */
export interface Crowd {
  /** Adds one more to the key; returns how it leaves, which may be called twice. Throws AppError 429 when the key has its most already. */
  enter(key: string | number): () => void;
  /** Does the work as one of the crowd. */
  hold<Value>(key: string | number, work: () => Promise<Value>): Promise<Value>;
}

/** Makes a crowd of at most `most` for each key. `refusal` says what there is too much of. */
export function makeCrowd(most: number, refusal: { code: string; text: Text; retryAfterSec: number }): Crowd {
  const here = new Map<string | number, number>();

  function enter(key: string | number): () => void {
    const count = here.get(key) ?? 0;
    if (count >= most) throw new AppError({ ...refusal, status: 429 });
    here.set(key, count + 1);
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      const left = (here.get(key) ?? 1) - 1;
      if (left > 0) here.set(key, left);
      else here.delete(key);
    };
  }

  return {
    enter,
    async hold(key, work) {
      const leave = enter(key);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
