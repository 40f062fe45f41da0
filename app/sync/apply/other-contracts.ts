import type { AppliedPlan } from './entries.ts';

/**
 * Companies whose other contracts have to be looked at after these plans were applied: one wrote there, took a value from there, was
 * deleted, went to another company, or left the scope. Pure.
 */
export function companiesToTell(items: readonly AppliedPlan[]): number[] {
  return [...new Set(items.filter(({ pair }) => pair.entity === 'contract').flatMap(concerned))];
}

function concerned({ pair, plan, answer }: AppliedPlan): number[] {
  const former = pair.mapping?.remoteId ?? null;
  // What rests already has nothing to tell: two that rest would ask for each other for ever.
  if (plan.action === 'exclude')
    return former !== null && plan.of === 'scope' && pair.mapping?.excluded === null ? [former] : [];
  const present = answer?.id ?? pair.remote?.id ?? null;
  const told: number[] = [];
  if (answer) told.push(answer.id);
  else if ('merge' in plan && plan.merge.toLocal.length > 0 && present !== null) told.push(present);
  const isLeft = plan.action === 'unlink' || plan.action === 'delete_local' || former !== present;
  if (former !== null && isLeft) told.push(former);
  return told;
}
