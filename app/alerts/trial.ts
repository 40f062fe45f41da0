import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../models/database.ts';
import type { Send } from './channels.ts';
import { type Outcome, type Recipient, storeTrial } from './deliveries.ts';
import { writeMessage } from './messages.ts';
import { readAlertPlan } from './settings-store.ts';
import { headOf, recipientsOf } from './tell.ts';

export interface TrialDeps {
  db: Database;
  publicUrl: string | undefined;
  send: Send;
  clock: Clock;
}

export type TrialResult = Recipient & { outcome: Outcome };

/** Sends a trial to every recipient of every channel that is on, and returns what each said; one that fails does not hold up the others. */
export async function tryChannels({ db, publicUrl, send, clock }: TrialDeps, tenantId: number): Promise<TrialResult[]> {
  const plan = await readAlertPlan(db, tenantId);
  const head = headOf(plan, tenantId, publicUrl);
  const message = writeMessage('test', { cause: null, alerts: [], now: clock.now() }, head);
  return Promise.all(
    recipientsOf(plan.settings).map(async (recipient) => {
      const parcel = { ...recipient, key: randomUUID(), message, language: plan.settings.language };
      const outcome = await send(tenantId, parcel);
      await storeTrial(db, tenantId, { parcel, outcome });
      return { ...recipient, outcome };
    }),
  );
}
