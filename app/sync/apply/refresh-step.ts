import { reloadPairs } from '../load/load-pairs.ts';
import { readSettings } from '../load/read-settings.ts';
import type { SyncContext } from '../pair.ts';
import type { Planned } from '../plan/plan-pair.ts';
import { operationOfPlan } from './commands.ts';
import { commitChunk } from './commit-chunk.ts';
import { planAllowed } from './plan-allowed.ts';
import type { Step, StepDeps } from './write-step.ts';

/** What was read longer ago is read again before it is written. */
const staleMs = 2000;

/**
 * Reads the pairs of a step again that were read more than two seconds ago, all in one request, and plans them anew: what a manager saved
 * meanwhile is merged. What the portal need not be told any more is committed; what needs another operation now is returned as `changed`
 * and stays queued. Throws `Bitrix24Error`.
 */
export async function refreshStep(
  deps: StepDeps,
  context: SyncContext,
  step: Step,
): Promise<{ step: Step; changed: readonly Planned[] }> {
  const oldest = deps.clock.now().getTime() - staleMs;
  const stale = step.planned.filter(({ pair }) => pair.readAt.getTime() < oldest);
  if (stale.length === 0) return { step, changed: [] };
  await reloadPairs(
    deps,
    context,
    stale.map(({ pair }) => pair),
  );
  const isStale = new Set(stale);
  const readable = stale.filter(({ pair }) => pair.readError === null).map(({ pair }) => pair);
  const present = await withPresentScope(deps, context);
  const anew = await planAllowed(deps, present, readable);
  const planned = [...step.planned.filter((item) => !isStale.has(item)), ...anew];
  const same = planned.filter((item) => operationOfPlan(context, item) === step.operation);
  const idle = planned.filter((item) => operationOfPlan(context, item) === null);
  await commitChunk(
    deps,
    present,
    idle.map((item) => ({ ...item, answer: null, durationMs: 0 })),
  );
  const settled = new Set([...same, ...idle].map(({ pair }) => pair));
  const changed = step.planned.filter(({ pair }) => !settled.has(pair));
  return { step: { ...step, planned: same }, changed };
}

/** A rule that was saved since the pairs were read holds for them, too: nothing is written of what it leaves out. */
async function withPresentScope(deps: StepDeps, context: SyncContext): Promise<SyncContext> {
  const { scope } = await readSettings(deps, context.tenantId);
  return { ...context, settings: { ...context.settings, scope } };
}
