import type { Measure } from '../http/metrics.ts';
import type { Database } from '../models/database.ts';
import { countFaultsByScope } from '../sync/faults/open-faults.ts';
import { readWorstLag } from '../sync/journal/completeness.ts';

/** What `/metrics` shows of the synchronisation of all tenants together: no tenant is named. */
export function makeSyncMeasures(db: Database): Measure[] {
  return [
    {
      name: 'bitrix24_sync_lag_seconds',
      help: 'Time since the moment up to which every change is applied, of the tenant that is furthest behind',
      read: async () => [{ value: await readWorstLag(db) }],
    },
    {
      name: 'bitrix24_open_faults',
      help: 'Open faults of all tenants by scope',
      label: 'scope',
      read: async () => (await countFaultsByScope(db)).map(({ scope, count }) => ({ label: scope, value: count })),
    },
  ];
}
