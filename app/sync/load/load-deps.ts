import type { SyncDeps } from '../deps.ts';

/** What reading both sides of record pairs needs. */
export type LoadDeps = Pick<SyncDeps, 'db' | 'clock' | 'timings'>;
