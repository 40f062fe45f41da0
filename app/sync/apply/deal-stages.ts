import type { DealStage } from '../../bitrix24/client.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { StageMove } from '../plan/merge.ts';
import type { Plan } from '../plan/plan.ts';
import type { Planned } from '../plan/plan-pair.ts';

/** Whether a plan can only be carried out with the stages of its deal's funnel at hand. */
export function needsStages({ pair, plan }: Planned): boolean {
  return (
    pair.remote !== null && (plan.action === 'close_remote' || (plan.action === 'link' && closingOf(pair) !== null))
  );
}

/**
 * Chooses the stage that the deal of a deleted object is closed into, or that the deal of a restored one goes back to. Throws
 * `Bitrix24Error` when the funnel's stages cannot be read (they are remembered for an hour).
 */
export async function chooseStage(context: SyncContext, planned: Planned): Promise<Planned> {
  const { pair, plan } = planned;
  if (!needsStages(planned)) return planned;
  const stages = await context.client.stages(Number(pair.remote?.fields.CATEGORY_ID ?? 0), context.options);
  if (plan.action === 'close_remote') return { pair, plan: planClosing(pair, stages) };
  if (plan.action === 'link') return { pair, plan: { ...plan, reopen: planReopening(context, pair, stages) } };
  return planned;
}

/**
 * The first lost stage of the funnel. A deal that is won or lost already keeps its outcome, and so does one whose funnel has no lost
 * stage: these are unlinked only.
 */
function planClosing(pair: LoadedPair, stages: readonly DealStage[]): Plan {
  const from = stageOf(pair);
  const current = stages.find(({ id }) => id === from);
  const lost = stages.find(({ semantics }) => semantics === 'F');
  // Of a stage that was taken out of the funnel the deal itself still says what it meant.
  const semantics = current?.semantics ?? pair.remote?.fields.STAGE_SEMANTIC_ID ?? 'P';
  if (!lost || semantics !== 'P') return { action: 'unlink', keptStage: from };
  return { action: 'close_remote', move: { from, to: lost.id } };
}

/** The way back, only where the deal still stands where we put it: what people moved meanwhile stays. */
function planReopening({ settings }: SyncContext, pair: LoadedPair, stages: readonly DealStage[]): StageMove | null {
  const closing = closingOf(pair);
  if (!closing || stageOf(pair) !== closing.to || settings.directions.object === 'from_bitrix') return null;
  return stages.some(({ id }) => id === closing.from) ? { from: closing.to, to: closing.from } : null;
}

/** How we closed the pair's deal when its object was deleted; null when we did not. */
export function closingOf(pair: LoadedPair): StageMove | null {
  return pair.mapping?.state === 'unlinked' ? pair.mapping.shadows.remote.closed : null;
}

/** STAGE_ID of the pair's deal as it was read. */
export function stageOf(pair: LoadedPair): string {
  return String(pair.remote?.fields.STAGE_ID ?? '');
}
