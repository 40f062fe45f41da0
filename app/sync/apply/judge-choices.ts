import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Canonical, LocalRecord } from '../../field-maps/types.ts';
import { AppError } from '../../lib/errors.ts';
import type { SyncDeps } from '../deps.ts';
import { learnAnew } from '../load/bind-lists.ts';
import type { SyncContext } from '../pair.ts';
import type { FieldChange } from '../plan/merge.ts';
import type { AppliedPlan } from './entries.ts';
import { notAccepted } from './field-errors.ts';
import { askedOf } from './pair-entries.ts';
import type { Failed } from './retry-policy.ts';

/** What came of the commands of a step, before it is entered. */
export interface Judged {
  done: readonly AppliedPlan[];
  failures: readonly Failed[];
}

type Sent = Pick<AppliedPlan, 'pair' | 'plan'>;

/**
 * Looks at values of lists and at stages that the portal did not take, with a refusal or without a word: they may be gone, or others now,
 * since the lists were read. They are read again at once: stages when the last look is older than the command, lists once a minute at the most. What would be chosen differently now is no
 * error: it is chosen anew. Records that only wait for that are in neither list and stay queued. Never fails the records.
 */
export async function judgeChoices(deps: SyncDeps, context: SyncContext, all: Judged): Promise<Judged> {
  return judgeNames(deps, context, await judgeClosings(deps, context, all));
}

async function judgeNames(deps: SyncDeps, context: SyncContext, { done, failures }: Judged): Promise<Judged> {
  const missed = new Map<Sent, FieldChange[]>();
  for (const item of done) missed.set(item, byNames(context, item).filter(wasNotTaken(item)));
  for (const failed of failures.filter(isRefusal)) missed.set(failed, byNames(context, failed));
  const hasMissed = [...missed.values()].some((changes) => changes.length > 0);
  if (!hasMissed || !(await unlessRefused(() => learnAnew(deps, context)))) return { done, failures };
  const outdated = (item: Sent) => (missed.get(item) ?? []).filter((change) => isOutdated(context, item, change));
  return {
    done: done.map((item) => {
      const keys = outdated(item).map(({ pair }) => pair.key);
      return keys.length > 0 ? { ...item, outdated: keys } : item;
    }),
    failures: failures.filter((failed) => outdated(failed).length === 0),
  };
}

/** What a plan sends that goes by the names of a list. */
function byNames(context: SyncContext, { pair, plan }: Sent): FieldChange[] {
  if ('merge' in plan) return plan.merge.toRemote.filter((change) => change.pair.goesByNames);
  if (plan.action !== 'create_remote' || !pair.local) return [];
  return askedOf(context, pair.local.record).filter((change) => change.pair.goesByNames);
}

function wasNotTaken({ pair, plan, answer, refused = [] }: AppliedPlan): (change: FieldChange) => boolean {
  const merge = 'merge' in plan ? plan.merge : null;
  return (change) => {
    if (refused.some(({ key }) => key === change.pair.key)) return true;
    const sent = { merge: merge ?? { toRemote: [change] }, former: pair.shadows.remote };
    return answer !== null && notAccepted({ ...sent, answer }).some(({ key }) => key === change.pair.key);
  };
}

function isRefusal({ error }: Failed): boolean {
  return error instanceof Bitrix24Error && error.kind === 'validation';
}

/** The lists as they are now choose another value, or none. */
function isOutdated(
  { fieldMap }: SyncContext,
  { pair: { local, remote } }: Sent,
  { pair, after }: FieldChange,
): boolean {
  const now = fieldMap.pairs.find(({ key }) => key === pair.key);
  if (!now || !local) return false;
  const chosen = (record: LocalRecord): Canonical =>
    remote && now.encodeAt ? now.encodeAt(record, remote) : now.encode(record);
  return chosen(local.record) !== after;
}

/** A deal that did not move to the lost stage is not closed: with other stages it is closed elsewhere, or keeps its stage. */
async function judgeClosings(deps: SyncDeps, context: SyncContext, { done, failures }: Judged): Promise<Judged> {
  const unmoved = done.filter(({ plan, answer }) => {
    return plan.action === 'close_remote' && plan.move && answer?.fields.STAGE_ID === plan.move.from;
  });
  const refused = failures.filter((failed) => failed.plan.action === 'close_remote' && isRefusal(failed));
  const open = new Set<Sent>([...unmoved, ...refused]);
  if (open.size === 0) return { done, failures };
  const waiting = new Set<Sent>();
  for (const item of [...unmoved, ...refused]) if (await hasOtherStages(deps, context, item)) waiting.add(item);
  const stay = unmoved.filter((item) => !waiting.has(item));
  return {
    done: done.filter((item) => !open.has(item)),
    failures: [
      ...failures.filter((item) => !waiting.has(item)),
      ...stay.map(({ pair, plan, durationMs }) => ({ pair, plan, error: notClosed(), durationMs, sent: false })),
    ],
  };
}

/** The stage that the deal was to go to is not there any more. */
async function hasOtherStages(
  { clock }: SyncDeps,
  context: SyncContext,
  { pair, plan, durationMs }: Sent & Pick<Failed, 'durationMs'>,
): Promise<boolean> {
  if (plan.action !== 'close_remote' || !plan.move) return false;
  const { to } = plan.move;
  const funnel = Number(pair.remote?.fields.CATEGORY_ID ?? 0);
  const sentAt = new Date(clock.now().getTime() - durationMs);
  return unlessRefused(async () => {
    const stages = await context.client.stages(funnel, context.options, sentAt);
    return !stages.some(({ id }) => id === to);
  });
}

function notClosed(): AppError {
  return new AppError({
    code: 'value_not_accepted',
    status: 409,
    text: {
      ru: 'Битрикс24 не перевёл сделку в проигранную стадию: она осталась там, где была',
      en: 'Bitrix24 did not move the deal to a lost stage: it stays where it was',
    },
  });
}

/** A portal that does not tell its lists leaves everything as it is. */
async function unlessRefused(reading: () => Promise<boolean>): Promise<boolean> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof Bitrix24Error) return false;
    throw error;
  }
}
