import type { Transaction } from 'sequelize';
import { isLimitCode } from '../../bitrix24/error-table.ts';
import { redact } from '../../lib/redact.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { closeFault, type FaultCause, openFault } from '../../sync/faults/fault-store.ts';
import { connectionFault } from '../../sync/faults/scope.ts';
import { closeErrorsOf } from '../../sync/journal/close-entries.ts';
import { recordConnectionError } from '../../sync/journal/error-log.ts';
import { takeSpareChain } from './spare-chain.ts';

export type ConnectionState = ReturnType<typeof makeConnectionState>;

export type ConnectionKind = 'webhook' | 'installation';

/** Operation of the one error row that tells why a connection is suspended. */
const connectOperation = 'connect';

/** What only a person can mend: asking again would end in the same refusal. */
const finalCodes = ['token_chain_dead', 'client_refused', 'credentials_unreadable'];

/** The connection that counts: what happens to the portal's answers happens to this one. */
const effective = 'select tenant_id, kind from bitrix24_effective_connections where tenant_id = $tenantId';

/**
 * Stops, pauses and restarts connections. A suspended or paused tenant goes on queueing what changes; nothing of it runs until
 * the connection is active again. Suspended: a person must mend something. Paused: time alone will do. The columns of the connection are
 * the gates of the work; the fault of the scope `connection`, opened and ended in the same transaction, is what people are shown.
 */
export function makeConnectionState(db: Database) {
  /** Ends the connection's fault, unless the connection that counts is suspended. */
  async function endFault(tenantId: number, transaction: Transaction): Promise<void> {
    const [active] = await queryRows(
      db,
      `select 1 from bitrix24_effective_connections where tenant_id = $tenantId and state = 'active'`,
      { tenantId },
      transaction,
    );
    if (active) await closeFault(db, tenantId, connectionFault, transaction);
  }

  /** Starts a suspended or paused connection again, resolves its error row, ends its fault and wakes its worker. Repeat-safe. */
  async function resume(tenantId: number, kind: ConnectionKind, transaction?: Transaction): Promise<void> {
    if (!transaction) return retryingTransaction(db, (own) => resume(tenantId, kind, own));
    await queryRows(
      db,
      `with started as (
         update bitrix24_connections
            set state = 'active', error_code = null, error_message = null, suspended_at = null, paused_until = null,
                pause_reason = null, pause_failures = 0, updated_at = now()
          where tenant_id = $tenantId and kind = $kind returning tenant_id, kind),
       app as (
         update bitrix24_installations i set state = 'active', updated_at = now()
           from started s where s.kind = 'installation' and i.tenant_id = s.tenant_id and i.state = 'suspended')
       select pg_notify('axenta_sync', tenant_id::text) from started`,
      { tenantId, kind },
      transaction,
    );
    await closeErrorsOf(db, tenantId, connectOperation, transaction);
    await endFault(tenantId, transaction);
  }

  return {
    resume,
    endFault,

    /**
     * Suspends the tenant, opens the fault of its connection and writes one error row for all that will not run. An installation that
     * has a second chain of tokens goes on with that one instead, when a person's tokens were refused. Repeat-safe: a connection that is
     * suspended already keeps its first reason.
     */
    suspend(tenantId: number, error: FaultCause): Promise<void> {
      return retryingTransaction(db, async (transaction) => {
        if (await takeSpareChain(db, tenantId, error.code, transaction)) return;
        const stopped = await queryRows(
          db,
          `with stopped as (
             update bitrix24_connections
                set state = 'suspended', error_code = $code::text, error_message = $message::text, suspended_at = now(), updated_at = now()
              where (tenant_id, kind) in (${effective}) and state = 'active' returning tenant_id, kind),
           app as (
             update bitrix24_installations i set state = 'suspended', updated_at = now()
               from stopped s where s.kind = 'installation' and i.tenant_id = s.tenant_id and i.state = 'active')
           select distinct tenant_id from stopped`,
          { tenantId, code: error.code, message: redact(error.text.ru) },
          transaction,
        );
        if (stopped.length === 0) return;
        await recordConnectionError(db, tenantId, { ...error, operation: connectOperation }, transaction);
        await openFault(db, tenantId, { key: connectionFault, error, nextTryAt: null }, transaction);
      });
    },

    /**
     * The tenant waits until the moment given. `failures` counts pauses in a row for one reason. A portal that cannot be reached is a
     * fault of the connection; a limit is none, it passes by itself.
     */
    pause(tenantId: number, until: Date, reason: FaultCause & { failures: number }): Promise<void> {
      return retryingTransaction(db, async (transaction) => {
        const [paused] = await queryRows<{ state: string }>(
          db,
          `update bitrix24_connections
              set paused_until = $until, pause_reason = $code, pause_failures = $failures, updated_at = now()
            where (tenant_id, kind) in (${effective}) returning state`,
          { tenantId, until, code: reason.code.slice(0, 50), failures: reason.failures },
          transaction,
        );
        if (paused?.state !== 'active' || isLimitCode(reason.code)) return;
        await openFault(db, tenantId, { key: connectionFault, error: reason, nextTryAt: until }, transaction);
      });
    },

    /** The portal answers again: nothing waits any more. Repeat-safe; writes only when there is something to clear. */
    clearPause(tenantId: number): Promise<void> {
      return retryingTransaction(db, async (transaction) => {
        await queryRows(
          db,
          `update bitrix24_connections
              set paused_until = null, pause_reason = null, pause_failures = 0, updated_at = now()
            where (tenant_id, kind) in (${effective}) and (paused_until is not null or pause_failures > 0)`,
          { tenantId },
          transaction,
        );
        await endFault(tenantId, transaction);
      });
    },

    /** The tenant's portal is slow: for ten minutes its records are reconciled apart from those of others. Repeat-safe. */
    async markSlow(tenantId: number): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_connections set slow_until = now() + interval '10 minutes', updated_at = now()
          where (tenant_id, kind) in (${effective})`,
        { tenantId },
      );
    },

    /** Remembers when the licence of the application in the portal ends; null: it has no end, or the portal does not say. */
    async notePlanEnd(tenantId: number, at: Date | null): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_connections set plan_ends_at = $at where (tenant_id, kind) in (${effective})`,
        { tenantId, at },
      );
    },

    /** Remembers that the portal answered a live check just now. */
    async markChecked(tenantId: number): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_connections set checked_at = now() where (tenant_id, kind) in (${effective})`,
        {
          tenantId,
        },
      );
    },

    /** Tenants whose connection may come back by itself; after two months it is not looked at any more. */
    async listRecoverableTenants(): Promise<number[]> {
      const rows = await queryRows<{ id: number }>(
        db,
        `select tenant_id as id from bitrix24_effective_connections
          where state = 'suspended' and not (error_code = any($final)) and suspended_at > now() - interval '60 days'
          order by id`,
        { final: finalCodes },
      );
      return rows.map((row) => row.id);
    },
  };
}
