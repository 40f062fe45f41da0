import type { Clock } from '../lib/clock.ts';
import { type Database, queryRows } from '../models/database.ts';

const pollMs = 200;

/** Trial events: whichever process receives one notes it, and the one that waits finds it. */
export function makeProbes({ db, clock }: { db: Database; clock: Clock }) {
  async function seenAfter(tenantId: number, nonce: string): Promise<number | null> {
    const [row] = await queryRows<{ after: number | null }>(
      db,
      `select (extract(epoch from seen_at - sent_at) * 1000)::integer as after from event_probes
        where tenant_id = $tenantId and nonce = $nonce`,
      { tenantId, nonce },
    );
    return row?.after ?? null;
  }

  return {
    /** Begins a trial; those of the day before are forgotten. */
    async begin(tenantId: number, nonce: string): Promise<void> {
      await queryRows(
        db,
        `with old as (delete from event_probes where tenant_id = $tenantId and sent_at < now() - interval '1 day')
         insert into event_probes (tenant_id, nonce) values ($tenantId, $nonce)`,
        { tenantId, nonce },
      );
    },

    /** Ms until the event came; null when it did not in time. */
    async wait(tenantId: number, nonce: string, timeoutMs: number): Promise<number | null> {
      const deadline = clock.now().getTime() + timeoutMs;
      while (true) {
        const after = await seenAfter(tenantId, nonce);
        if (after !== null || clock.now().getTime() >= deadline) return after;
        await clock.sleep(pollMs);
      }
    },

    /** Notes that a trial event came. Others than those that wait are passed over. Repeat-safe. */
    async note(tenantIds: readonly number[], nonce: string): Promise<void> {
      await queryRows(
        db,
        'update event_probes set seen_at = now() where tenant_id = any($tenantIds) and nonce = $nonce and seen_at is null',
        { tenantIds: [...tenantIds], nonce },
      );
    },
  };
}
