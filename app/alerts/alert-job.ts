import type { TaskContext } from '../jobs/queue.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../models/database.ts';
import type { Send } from './channels.ts';
import { type Claimed, claimDeliveries, noteOutcome } from './deliveries.ts';
import { readAlertPlan } from './settings-store.ts';
import { type TellDeps, tellCompany } from './tell.ts';

export interface AlertJobDeps extends TellDeps {
  db: Database;
  send: Send;
  /** 0 to 1, for jitter. */
  random(): number;
}

/** Messages of one company that are on their way at the same time. */
const sentTogether = 5;

/**
 * The job looks what a company is to be told of, and sends what is due. A job that is killed is run again: what it had
 * stored is sent then, and what it had sent is not, except the messages that were on their way in that moment.
 */
export function makeAlertJob(deps: AlertJobDeps) {
  const { db, send, random } = deps;

  async function deliver(tenantId: number, claimed: Claimed, log: Log): Promise<void> {
    const { settings } = await readAlertPlan(db, tenantId);
    const outcome = await send(tenantId, { ...claimed, language: settings.language });
    const state = await noteOutcome(db, tenantId, claimed, { outcome, random: random() });
    if (outcome.ok) return;
    const line = { tenant_id: tenantId, operation: 'alert', result: 'error', channel: claimed.channel };
    log.warn({ ...line, code: outcome.code, state }, `Оповещение не доставлено: ${outcome.answer.ru}`);
  }

  return async (tenantId: number, { signal, log }: Pick<TaskContext, 'signal' | 'log'>): Promise<void> => {
    await tellCompany(deps, tenantId);
    while (!signal.aborted) {
      const claimed = await claimDeliveries(db, tenantId, sentTogether);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((one) => deliver(tenantId, one, log)));
    }
  };
}
