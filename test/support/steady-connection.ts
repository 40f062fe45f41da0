/** A connection that works and goes on working, for a worker whose portal is in memory. */
export const steadyConnection = {
  find: async () => ({ state: 'active' as const, pausedUntil: null, pauseFailures: 0 }),
  suspend: async () => undefined,
  pause: async () => undefined,
  clearPause: async () => undefined,
};
