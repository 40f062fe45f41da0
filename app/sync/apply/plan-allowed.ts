import type { SyncContext } from '../pair.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { chooseStage, needsStages } from './deal-stages.ts';
import { holdDeletions } from './hold-deletions.ts';
import { type StepDeps, waitForStep } from './write-step.ts';

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
      try {
        planned.push(await chooseStage(context, item));
      } catch (error) {
        await waitForStep(deps, context, { pairs: [pair], method: 'crm.status.list', error });
      }
    }
  }
  return holdDeletions(deps, context, planned);
}
