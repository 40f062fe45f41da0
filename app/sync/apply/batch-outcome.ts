import type { WriteOperation, WriteOutcome } from '../../bitrix24/client.ts';
import type { Bitrix24Error } from '../../bitrix24/errors.ts';
import { methodOf } from '../../bitrix24/methods.ts';
import type { Entity } from '../../lib/records.ts';
import { type FaultKey, scopeOf } from '../faults/scope.ts';
import type { Write } from './commands.ts';

/** What became of the commands of a step, each failure by its scope. */
export interface SortedOutcomes<Item extends Write> {
  done: { item: Item; outcome: WriteOutcome & { ok: true } }[];
  /** The record's own failure. */
  failed: { item: Item; error: Bitrix24Error }[];
  /** Not the record's matter: nothing is charged, it waits. */
  covered: Item[];
  /** What these wait for; null when there are none. */
  fault: { key: FaultKey; error: Bitrix24Error } | null;
  /** The failure of the connection; it is thrown when the rest is committed. */
  connection: Bitrix24Error | null;
}

/**
 * Sorts the outcomes of a step. Pure. A refusal that every command of several met alike is the kind's, not that of each record; so is one
 * that even a single command of a probe met, because the kind's fault is open.
 */
export function sortOutcomes<Item extends Write>(
  items: readonly Item[],
  outcomes: readonly WriteOutcome[],
  { operation, entity, isProbe }: { operation: WriteOperation; entity: Entity; isProbe: boolean },
): SortedOutcomes<Item> {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const common = (outcomes.length > 1 || isProbe) && errors.length === outcomes.length && sameCode(errors);
  const place = { step: 'write', entity, name: methodOf[operation], common, portalAnswers: true } as const;
  const sorted: SortedOutcomes<Item> = { done: [], failed: [], covered: [], fault: null, connection: null };
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[index];
    if (!outcome) continue;
    if (outcome.ok) {
      sorted.done.push({ item, outcome });
      continue;
    }
    const { error } = outcome;
    const scope = scopeOf(error, place);
    if (scope.scope === 'record' || scope.scope === 'process') {
      sorted.failed.push({ item, error });
      continue;
    }
    sorted.covered.push(item);
    if (scope.scope === 'connection') sorted.connection ??= error;
    else sorted.fault ??= { key: scope, error };
  }
  return sorted;
}

function sameCode(errors: readonly Bitrix24Error[]): boolean {
  return errors.every(({ code }) => code === errors[0]?.code);
}
