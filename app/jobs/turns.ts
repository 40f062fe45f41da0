/** Work that is done by one after the other. */
export interface Turns {
  /** Resolves when it is the caller's turn, in the order of asking. */
  take(): Promise<null>;
  /** Ends the turn that was given last; without one it does nothing. */
  end(): void;
}

/** A turn that is not ended goes to the next one after `longestMs`, so that one that hangs holds up no other. */
export function makeTurns(longestMs: number): Turns {
  const waiting: (() => void)[] = [];
  let limit: NodeJS.Timeout | null = null;

  function giveNext(): void {
    const next = waiting.shift();
    limit = next ? setTimeout(giveNext, longestMs) : null;
    next?.();
  }
  return {
    take() {
      return new Promise((resolve) => {
        waiting.push(() => resolve(null));
        if (limit === null) giveNext();
      });
    },
    end() {
      if (limit === null) return;
      clearTimeout(limit);
      giveNext();
    },
  };
}
