import type { SyncContext } from '../pair.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { chooseStage, needsStages } from './deal-stages.ts';
import { holdDeletions } from './hold-deletions.ts';
import { withMethod } from './method-step.ts';
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
  for (const pair of pairs) {
    const item = planPair(context, pair);
    if (!needsStages(item)) planned.push(item);
    else {
      const needs = { method: 'crm.status.list', pairs: [pair] };
      const chosen = await withMethod(deps, context, needs, () => chooseStage(context, item));
      if (chosen) planned.push(chosen);
    }
  }
  return holdDeletions(deps, context, planned);
}
