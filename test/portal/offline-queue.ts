import { createHash } from 'node:crypto';

/** One changed thing in the queue that an application fetches from; the wire's names are in `offline-methods.ts`. */
export interface OfflineRow {
  id: number;
  /** ms since the epoch. */
  at: number;
  event: string;
  /** Null when the event carries nothing. */
  data: Record<string, unknown> | null;
  /** 0: nobody's doing, a robot's for example. */
  userId: number;
  /** The same for every change of one thing. */
  messageId: string;
  /** Empty: not reserved. */
  processId: string;
  isError: boolean;
  connector: string;
}

/** Adds a change to a queue: an unreserved row of the same thing is renewed, a reserved one is left and a new row added. */
export function appendOffline(
  queue: OfflineRow[],
  change: Omit<OfflineRow, 'id' | 'messageId'>,
  nextId: () => number,
): void {
  const messageId = createHash('md5')
    .update(change.event + JSON.stringify(change.data))
    .digest('hex');
  const waiting = queue.find(
    (row) => row.messageId === messageId && row.connector === change.connector && row.processId === '' && !row.isError,
  );
  if (waiting) Object.assign(waiting, change);
  else queue.push({ ...change, id: nextId(), messageId });
}
