import { countedCode } from '../bitrix24/counted-code.ts';
import type { Metrics } from '../http/metrics.ts';
import type { SyncTally } from '../sync/deps.ts';

/** Makes what counts the synchronised records of this process. */
export function makeSyncTally({ syncs, errors }: Pick<Metrics, 'syncs' | 'errors'>): SyncTally {
  return {
    applied: (entity, direction) => syncs.inc({ result: 'ok', entity, direction }),
    failed(entity, direction, { kind, code }) {
      syncs.inc({ result: 'error', entity, direction });
      errors.inc({ kind, code: countedCode(code) });
    },
  };
}
