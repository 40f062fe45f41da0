/** How long methods take, in seconds a call: what portals of three kinds were seen to need. */
export type LatencyProfile = 'none' | 'fast' | 'mid' | 'slow';

const seconds: Record<LatencyProfile, { add: number; update: number; list: number; other: number }> = {
  none: { add: 0, update: 0, list: 0, other: 0 },
  fast: { add: 0.09, update: 0.09, list: 0.02, other: 0.01 },
  mid: { add: 0.5, update: 0.48, list: 0.05, other: 0.02 },
  slow: { add: 1.83, update: 3.19, list: 0.25, other: 0.05 },
};

/** Seconds that one call of a method takes. */
export function secondsOf(profile: LatencyProfile, method: string): number {
  const times = seconds[profile];
  if (/\.(add|import|batchimport)$/.test(method)) return times.add;
  if (/\.(update|delete)$/.test(method)) return times.update;
  return /\.list$/.test(method) ? times.list : times.other;
}
