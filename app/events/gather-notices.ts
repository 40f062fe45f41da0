import type { EventNotice } from '../sync/queue/enqueue-events.ts';

/** What stores notices for good: `enqueueEvents`. */
export type StoreNotices = (tenantIds: readonly number[], notices: readonly EventNotice[]) => Promise<void>;

interface Waiting {
  notice: EventNotice;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Notices stored by one statement at most. */
const most = 500;

/**
 * Makes the way to store single notices that costs little in a storm: while notices of a portal's companies are being stored, those that
 * arrive are gathered and stored together next. Companies never wait for each other. The promise resolves when the notice is stored for
 * good and rejects with what storing threw, so an event is answered only after it.
 */
export function makeGatherNotices(store: StoreNotices) {
  const lines = new Map<string, Waiting[]>();

  async function storeLine(key: string, tenantIds: readonly number[], line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      const together = takeDistinct(line);
      try {
        await store(
          tenantIds,
          together.map(({ notice }) => notice),
        );
        for (const { resolve } of together) resolve();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    lines.delete(key);
  }

  return (tenantIds: readonly number[], notice: EventNotice): Promise<void> =>
    new Promise((resolve, reject) => {
      const key = tenantIds.join();
      const line = lines.get(key);
      const waiting = { notice, resolve, reject };
      if (line) {
        line.push(waiting);
        return;
      }
      const own = [waiting];
      lines.set(key, own);
      void storeLine(key, tenantIds, own);
    });
}

/** Takes out the first notices, one of each record: what a later one says of it must not get lost in the same statement. */
function takeDistinct(line: Waiting[]): Waiting[] {
  const seen = new Set<string>();
  const taken: Waiting[] = [];
  const left: Waiting[] = [];
  for (const waiting of line) {
    const record = `${waiting.notice.entity}:${waiting.notice.recordId}`;
    const isTaken = taken.length < most && !seen.has(record);
    (isTaken ? taken : left).push(waiting);
    seen.add(record);
  }
  line.splice(0, line.length, ...left);
  return taken;
}
