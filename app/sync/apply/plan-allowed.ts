import { makeGiveWay } from '../../lib/give-way.ts';
import type { SyncContext } from '../pair.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { createOf, operationOfPlan } from './commands.ts';
import { chooseStage, needsStages } from './deal-stages.ts';
import { holdDeletions } from './hold-deletions.ts';
import { withMethod } from './method-step.ts';
import { type Failed, recordFailures } from './retry-policy.ts';
import type { StepDeps } from './write-step.ts';

/**
 * Plans pairs (all of one kind) and returns the plans that may be carried out: deals know the stage they go to, and what is deleted in
 * too great a number is held. A deal whose stages cannot be read waits for that alone. Throws what stops the connection. Repeat-safe.
 */
export async function planAllowed(
  deps: StepDeps,
  context: SyncContext,
  pairs: readonly Planned['pair'][],
): Promise<Planned[]> {
  const planned: Planned[] = [];
  const failures: Failed[] = [];
  const giveWay = makeGiveWay();
  for (const pair of pairs) {
    await giveWay();
    const item = tryPlanning(context, pair, failures);
    if (!item) continue;
    if (!needsStages(item)) planned.push(item);
    else {
      const needs = { method: 'crm.status.list', pairs: [pair] };
      const chosen = await withMethod(deps, context, needs, () => chooseStage(context, item));
      if (chosen) planned.push(chosen);
    }
  }
  await recordFailures(deps, context.tenantId, failures);
  return holdDeletions(deps, context, planned);
}

/** A record that our own rules cannot work on is a failure of that record alone; it is added to `failures`. */
function tryPlanning(context: SyncContext, pair: Planned['pair'], failures: Failed[]): Planned | null {
  try {
    const item = planPair(context, pair);
    // What is to be sent is made once more when it is sent: here it only shows that it can be.
    if (item.plan.action === 'create_remote') createOf(context, item);
    else operationOfPlan(context, item);
    return item;
  } catch (error) {
    failures.push({ pair, plan: { action: 'nothing' }, error, durationMs: 0, sent: false });
    return null;
  }
}
