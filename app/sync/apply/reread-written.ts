import type { WriteOutcome } from '../../bitrix24/client.ts';
import type { SyncContext } from '../pair.ts';

/**
 * Reads what an answer does not show: imports answer with ids alone, some portals without multifields, and only what the portal stored
 * can be a shadow. Throws Bitrix24Error; what was written is known by its origin (creates) or seen as equal (updates) in the next pass.
 */
export async function rereadWritten(
  { client, entity, options }: SyncContext,
  outcomes: readonly WriteOutcome[],
): Promise<WriteOutcome[]> {
  const bare = outcomes.flatMap((outcome) => (outcome.ok && !outcome.record ? [outcome.id] : []));
  if (bare.length === 0) return [...outcomes];
  const records = await client.read(entity, bare, options);
  return outcomes.map((outcome) => {
    const record = outcome.ok ? (outcome.record ?? records.get(outcome.id)) : undefined;
    return outcome.ok && record ? { ...outcome, record } : outcome;
  });
}
