/** How long methods take, in seconds a call: what portals of three kinds were seen to need. */
export type LatencyProfile = 'none' | 'fast' | 'mid' | 'slow';

const seconds: Record<LatencyProfile, { list: number; get: number; add: number; update: number }> = {
  none: { list: 0, get: 0, add: 0, update: 0 },
  fast: { list: 0.037, get: 0.02, add: 0.044, update: 0.05 },
  mid: { list: 0.094, get: 0.06, add: 0.094, update: 0.48 },
  slow: { list: 0.245, get: 0.21, add: 0.682, update: 1.348 },
};

/** Seconds that one call of a method takes. */
export function secondsOf(profile: LatencyProfile, method: string): number {
  const times = seconds[profile];
  if (/\.(add|import|batchimport)$/.test(method)) return times.add;
  if (/\.(update|delete)$/.test(method)) return times.update;
  return /\.list$/.test(method) ? times.list : times.get;
}
