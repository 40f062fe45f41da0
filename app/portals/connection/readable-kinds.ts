import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Urgency } from '../../bitrix24/limits/bucket.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Text } from '../../lib/errors.ts';
import { type Entity, entities } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { backoffMs } from '../../sync/faults/backoff.ts';
import { explainDenied } from '../../sync/faults/denied-rights.ts';
import { closeFault, listOpenFaults, openFault } from '../../sync/faults/fault-store.ts';
import { scopeOf } from '../../sync/faults/scope.ts';

/** A kind that the connection may not read: the others are synchronised all the same. */
export interface KindWarning {
  code: string;
  entity: Entity;
  text: Text;
}

const firstTryMs = 60_000;
/**
 * Tries to read each kind of the CRM: any employee may make a webhook, and it has its owner's rights; an old portal gives no e-mails. A
 * kind that may not, or cannot, be read has a fault of its own, which ends when it may. What else goes wrong is left to the synchronisation. Repeat-safe.
 */
export async function checkReadableKinds(
  { db, clock }: { db: Database; clock: Clock },
  client: Bitrix24Client,
  tenantId: number,
  urgency: Urgency = 'interactive',
): Promise<void> {
  for (const entity of entities) {
    const key = { scope: 'kind', subject: entity } as const;
    try {
      await client.fields(entity, { urgency });
      await client.list(entity, { ours: true }, 0, { urgency });
      await client.proveMultifields(entity, { urgency });
      await closeFault(db, tenantId, key);
    } catch (error) {
      if (!(error instanceof Bitrix24Error)) throw error;
      // A portal that does not answer now would keep the person waiting for every kind.
      if (scopeOf(error, { step: 'list', entity, name: 'crm.item.list' }).scope !== 'kind') return;
      const nextTryAt = new Date(clock.now().getTime() + backoffMs(1, firstTryMs, Math.random()));
      await openFault(db, tenantId, { key, error: explainDenied(key, error), nextTryAt });
    }
  }
}

/** The kinds that may not be read, as far as is known. */
export async function listUnreadableKinds(db: Database, tenantId: number): Promise<KindWarning[]> {
  const faults = await listOpenFaults(db, tenantId);
  return entities.flatMap((entity) =>
    faults
      .filter(({ scope, subject }) => scope === 'kind' && subject === entity)
      .map(({ code, text }) => ({ code, entity, text })),
  );
}
