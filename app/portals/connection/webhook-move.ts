import type { PortalAccess } from '../../bitrix24/access.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { webhookAt } from '../../bitrix24/webhook-url.ts';
import { AppError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { Connections, VerifiedWebhook } from './connections.ts';
import { isSamePortal } from './same-portal.ts';

export interface WebhookMoveDeps {
  db: Database;
  connections: Pick<Connections, 'lock' | 'findStoredWebhook' | 'storeWebhook'>;
  /** Tries a webhook; throws AppError. */
  probe(webhookUrl: string): Promise<VerifiedWebhook>;
  makeClient(access: PortalAccess): Bitrix24Client;
  log: Log;
}

export type WebhookMove = ReturnType<typeof makeWebhookMove>;

/**
 * Makes what follows a portal that was renamed: its old address answers with a redirect, and the request is to be repeated at the new one
 * (settings/how-to-call-rest-api/change-domen.md, 2026-08). The new address is believed when the same webhook works there for the same
 * user and records that we know are there; then it is stored. Until then no data is sent there.
 */
export function makeWebhookMove({ db, connections, probe, makeClient, log }: WebhookMoveDeps) {
  /** The webhook at its new address, or null when it is not the same portal's. */
  async function confirm(tenantId: number, url: string, host: string): Promise<VerifiedWebhook | null> {
    const moved = webhookAt(url, host);
    if (!moved) return null;
    const webhook = await probe(moved);
    const client = makeClient({ kind: 'webhook', ...webhook });
    const { id } = await client.profile({ urgency: 'interactive' });
    return id === webhook.userId && (await isSamePortal(db, client, tenantId)) ? webhook : null;
  }

  /** Follows a tenant's webhook to a host. Returns whether it is stored with the new address. Repeat-safe. */
  return async (tenantId: number, { stored, url }: { stored: string; url: string }, host: string): Promise<boolean> => {
    const line = { tenant_id: tenantId, operation: 'portal_move', to: host };
    try {
      const webhook = await confirm(tenantId, url, host);
      if (webhook) {
        await retryingTransaction(db, async (transaction) => {
          await connections.lock(tenantId, transaction);
          // Another process may have followed it already, or a person may have entered another webhook.
          if ((await connections.findStoredWebhook(tenantId, transaction)) !== stored) return;
          await connections.storeWebhook(tenantId, webhook, transaction);
        });
        log.info({ ...line, result: 'ok' }, 'Портал переехал');
        return true;
      }
      log.warn({ ...line, result: 'error' }, 'Новый адрес портала не подтверждён');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn({ ...line, result: 'error', code: error.code }, 'Новый адрес портала не подтверждён');
    }
    return false;
  };
}
