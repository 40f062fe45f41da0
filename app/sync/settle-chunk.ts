import type { Bitrix24Client, CallOptions, WriteOutcome } from '../bitrix24/client.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { SyncDeps } from './deps.ts';
import { settleFailures } from './failures.ts';
import type { PlanContext } from './plan-pair.ts';
import { settle } from './settle.ts';
import type { CarriedOut } from './settle-pair.ts';
import { reportLines } from './sync-log.ts';

export interface CarryOutContext extends PlanContext {
  client: Bitrix24Client;
  options: CallOptions;
  /** Runs whose creates must start no robots in the portal. */
  silentRuns: ReadonlySet<number>;
}

/**
 * Settles a chunk; when one pair of it cannot be settled (a local constraint refuses its value), the others are settled one by one
 * and the pair is treated as a failure of its own.
 */
export async function settleAll(deps: SyncDeps, context: CarryOutContext, items: readonly CarriedOut[]): Promise<void> {
  try {
    reportLines(deps.log, context.tenantId, await settle(deps, context, items));
  } catch (error) {
    const [only, ...others] = items;
    if (!only) return;
    if (others.length > 0) {
      for (const item of items) await settleAll(deps, context, [item]);
      return;
    }
    const sent = only.plan.action === 'create_remote';
    await settleFailures(deps, context.tenantId, [{ ...only, error, sent }]);
  }
}

/**
 * The failure of the connection that a batch's outcomes show, or null: a limit that any command met, or access that was refused to all
 * alike. Then not the records are wrong: those that met it (`isMetBy`) stay queued, uncharged, and the caller throws it.
 */
export function refusalOfConnection(outcomes: readonly WriteOutcome[]): Bitrix24Error | null {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const limit = errors.find((error) => error.kind === 'limit');
  if (limit) return limit;
  const [first] = errors;
  const isCommon = errors.length === outcomes.length && errors.every((error) => error.code === first?.code);
  return first?.kind === 'auth' && isCommon ? first : null;
}

/** Whether it was the connection's refusal that this command met. */
export function isMetBy(refusal: Bitrix24Error | null, outcome: WriteOutcome | undefined): boolean {
  return refusal !== null && outcome !== undefined && !outcome.ok && outcome.error.kind === refusal.kind;
}

/**
 * Tells whether a request that failed as a whole failed because of what was in it: the portal answers a simple question at once. Then
 * its records are charged with an attempt; otherwise the portal is down and nobody is to blame.
 */
export async function isBatchToBlame({ client, options }: CarryOutContext, error: unknown): Promise<boolean> {
  if (!(error instanceof Bitrix24Error) || error.kind !== 'network') return false;
  try {
    await client.profile({ ...options, interactive: true });
    return true;
  } catch {
    return false;
  }
}
