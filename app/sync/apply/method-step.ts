import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { scopeOf } from '../faults/scope.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { postponeUntil, type StepDeps } from './write-step.ts';

/**
 * Does work that these pairs need one method for. Where the method is refused, or was and its next try has not come, the pairs wait for it
 * uncharged, the others go on, and null is returned. That it works ends its fault. Throws what is not the method's.
 */
export async function withMethod<Value>(
  deps: StepDeps,
  context: SyncContext,
  { method, pairs }: { method: string; pairs: readonly LoadedPair[] },
  work: () => Promise<Value>,
): Promise<Value | null> {
  const open = deps.gate.closedForMethod(method);
  if (open) {
    await postponeUntil(deps, context.tenantId, pairs, open);
    return null;
  }
  try {
    const value = await work();
    await deps.gate.confirm(`method:${method}`);
    return value;
  } catch (error) {
    const scope = scopeOf(error, { step: 'step', entity: context.entity, name: method });
    // What is asked for concerns no single record: a refusal without a known code is the method's as well.
    const isMethods = scope.scope === 'method' || scope.scope === 'record';
    if (!(error instanceof Bitrix24Error) || !isMethods) throw error;
    const closed = await deps.gate.close({ scope: 'method', subject: method }, error);
    await postponeUntil(deps, context.tenantId, pairs, closed);
    return null;
  }
}
