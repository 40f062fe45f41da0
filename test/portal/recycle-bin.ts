import type { Store } from './store.ts';
import type { RecordKind } from './types.ts';

/** The portal's recycle bin as a person uses it: no REST method reaches it. */
export interface RecycleBin {
  /** Old ids of what lies in it, in the order of deletion. */
  list(kind: RecordKind): number[];
  /**
   * Brings a record back under a new id, which is returned, with all its old fields, its origin and its old time of change. `lost`: no
   * subscriber hears of it; `told`: the event of a new record. Throws when it does not lie in the bin.
   */
  restore(kind: RecordKind, id: number, options?: { event?: 'lost' | 'told'; userId?: number }): number;
  /** Deletes for good. Throws when it does not lie in the bin. */
  purge(kind: RecordKind, id: number): void;
}

export function makeRecycleBin(store: Store): RecycleBin {
  return {
    list: (kind) => store.deleted(kind),
    restore: (kind, id, { event = 'lost', userId = 7 } = {}) => store.restore(kind, id, userId, event === 'lost').id,
    purge: (kind, id) => store.purge(kind, id),
  };
}
