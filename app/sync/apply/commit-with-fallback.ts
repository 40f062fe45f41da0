import type { Bitrix24Client, CallOptions, WriteOutcome } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { SyncDeps } from '../deps.ts';
import { reportLines } from '../journal/sync-log.ts';
import type { PlanContext } from '../plan/plan-pair.ts';
import { commitChunk } from './commit-chunk.ts';
import type { AppliedPlan } from './commit-pair.ts';
import { recordFailures } from './retry-policy.ts';

export interface ApplyContext extends PlanContext {
  client: Bitrix24Client;
  options: CallOptions;
  /** Runs whose creates must start no robots in the portal. */
  silentRuns: ReadonlySet<number>;
}

/**
 * Settles a chunk; when one pair of it cannot be settled (a local constraint refuses its value), the others are settled one by one
 * and the pair is treated as a failure of its own.
 */
export async function commitWithFallback(
  deps: SyncDeps,
  context: ApplyContext,
  items: readonly AppliedPlan[],
): Promise<void> {
  try {
    reportLines(deps.log, context.tenantId, await commitChunk(deps, context, items));
  } catch (error) {
    const [only, ...others] = items;
    if (!only) return;
    if (others.length > 0) {
      for (const item of items) await commitWithFallback(deps, context, [item]);
      return;
    }
    const sent = only.plan.action === 'create_remote';
    await recordFailures(deps, context.tenantId, [{ ...only, error, sent }]);
  }
}

/**
 * The failure of the connection that a batch's outcomes show, or null: a limit that any command met, or access that was refused to all
 * alike. Then not the records are wrong: those that met it (`sharesRefusal`) stay queued, uncharged, and the caller throws it.
 */
export function commonRefusal(outcomes: readonly WriteOutcome[]): Bitrix24Error | null {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const limit = errors.find((error) => error.kind === 'limit');
  if (limit) return limit;
  const [first] = errors;
  const isCommon = errors.length === outcomes.length && errors.every((error) => error.code === first?.code);
  return first?.kind === 'auth' && isCommon ? first : null;
}

/** Whether it was the connection's refusal that this command met. */
export function sharesRefusal(refusal: Bitrix24Error | null, outcome: WriteOutcome | undefined): boolean {
  return refusal !== null && outcome !== undefined && !outcome.ok && outcome.error.kind === refusal.kind;
}

/**
 * Tells whether a request that failed as a whole failed because of what was in it: the portal answers a simple question at once. Then
 * its records are charged with an attempt; otherwise the portal is down and nobody is to blame.
 */
export async function isBatchToBlame({ client, options }: ApplyContext, error: unknown): Promise<boolean> {
  if (!(error instanceof Bitrix24Error) || error.kind !== 'network') return false;
  try {
    await client.profile({ ...options, interactive: true });
    return true;
  } catch {
    return false;
  }
}
