import { diffRemote, isEmptyChanges } from '../../field-maps/remote-changes.ts';
import type { SyncContext } from '../pair.ts';
import type { FieldChange, MergeResult } from '../plan/merge.ts';
import { mergedRemote } from '../plan/shadows.ts';
import { updateOf, type Write } from './commands.ts';
import type { AppliedPlan, RefusedField } from './entries.ts';
import { refusedByPortal } from './field-errors.ts';

/** Changes that share a Bitrix24 field are sent together. */
function groupsOf(changes: readonly FieldChange[]): FieldChange[][] {
  const groups: FieldChange[][] = [];
  for (const change of changes) {
    const shares = (group: FieldChange[]) =>
      group.some((one) => one.pair.remoteFields.some((field) => change.pair.remoteFields.includes(field)));
    const group = groups.find(shares);
    if (group) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

/** Whether an update that was refused may be refused for one of its fields only. */
export function canSplit({ planned: { plan } }: Write): boolean {
  return 'merge' in plan && groupsOf(plan.merge.toRemote).length > 1;
}

/**
 * Sends a refused update once more, field by field in one request: what is refused costs its own field, the others arrive. Returns null
 * when every field is refused: then it is the record that is refused. Throws `Bitrix24Error` when the request as a whole failed.
 */
export async function sendByField(
  context: SyncContext,
  { planned }: Write,
  durationMs: number,
): Promise<AppliedPlan | null> {
  const { pair, plan } = planned;
  const { remote } = pair;
  if (!('merge' in plan) || !remote) return null;
  const groups = groupsOf(plan.merge.toRemote).flatMap((changes) => {
    const part: MergeResult = { ...plan.merge, toRemote: changes };
    const difference = diffRemote(remote, mergedRemote(part, remote, pair.shadows.remote));
    return isEmptyChanges(difference) ? [] : [{ changes, command: updateOf(pair, remote, difference) }];
  });
  const outcomes = await context.client.write(
    groups.map(({ command }) => command),
    context.options,
  );
  const refused: RefusedField[] = [];
  let answer: AppliedPlan['answer'] = null;
  let justBefore: AppliedPlan['justBefore'] = null;
  for (const [index, { changes }] of groups.entries()) {
    const outcome = outcomes[index];
    if (outcome?.ok) {
      answer = outcome.record ?? (await context.client.find(pair.entity, outcome.id, context.options));
      justBefore ??= outcome.before ?? null;
    } else if (outcome) {
      const { error } = outcome;
      refused.push(...changes.map((change) => ({ key: change.pair.key, error: refusedByPortal(change, error) })));
    }
  }
  if (!answer) return null;
  return { ...planned, answer, justBefore, refused, durationMs };
}
