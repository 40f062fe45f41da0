import type { WriteOutcome } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import type { ApplyContext } from './commit-with-fallback.ts';

/**
 * Reads what an answer does not show: imports answer with ids alone, some portals without multifields, and only what the portal stored
 * can be a shadow. Throws Bitrix24Error; what was written is known by its origin (creates) or seen as equal (updates) in the next pass.
 */
export async function rereadWritten(
  context: ApplyContext,
  entity: Entity,
  outcomes: readonly WriteOutcome[],
): Promise<WriteOutcome[]> {
  const bare = outcomes.flatMap((outcome) => (outcome.ok && !outcome.record ? [outcome.id] : []));
  if (bare.length === 0) return [...outcomes];
  const records = await context.client.read(entity, bare, context.options);
  return outcomes.map((outcome) => {
    const record = outcome.ok ? (outcome.record ?? records.get(outcome.id)) : undefined;
    return outcome.ok && record ? { ...outcome, record } : outcome;
  });
}
