import type { WriteOperation } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { methodOf } from '../../bitrix24/methods.ts';
import { makeGiveWay } from '../../lib/give-way.ts';
import type { SyncDeps } from '../deps.ts';
import type { Closed, FaultGate } from '../faults/fault-gate.ts';
import { scopeOf } from '../faults/scope.ts';
import { answersPlainly } from '../load/read-remote.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { Planned } from '../plan/plan-pair.ts';
import { postpone } from '../queue/put-off.ts';
import { type SortedOutcomes, sortOutcomes } from './batch-outcome.ts';
import { commandOf, createOf, isCreate, type Write } from './commands.ts';
import { commitChunk } from './commit-chunk.ts';
import type { AppliedPlan } from './entries.ts';
import { judgeChoices } from './judge-choices.ts';
import { keepEdits } from './keep-edits.ts';
import { markSent, unmarkSent } from './mark-creates.ts';
import { judgePlaces } from './place-new.ts';
import { rememberUpdates } from './remember-updates.ts';
import { rereadWritten } from './reread-written.ts';
import { type Failed, recordFailures } from './retry-policy.ts';
import { type Sent, sendCommands } from './send-commands.ts';
import { canSplit, sendByField } from './split-refused.ts';

/** One read-plan-write-commit of at most one small batch: one kind, one operation. */
export interface Step {
  operation: WriteOperation;
  planned: readonly Planned[];
}

/** What a step works with. */
export interface StepDeps extends SyncDeps {
  gate: FaultGate;
  /** The portal gave an answer: what waited for it as a whole waits no longer. */
  portalAnswered(): Promise<void>;
}

/** What a step is sent with. */
export interface SendDeps extends StepDeps {
  /** The portal has answered, and is asked nothing more unless a record needs it: the next step may leave while this one is committed. */
  answered(): Promise<void>;
}

/**
 * Sends a step to the portal and commits what came of it, each failure by its own scope. A crash loses one answer at most: creates are
 * marked before they leave. Throws what stops the whole connection; its records stay queued, uncharged.
 */
export async function writeStep(deps: SendDeps, context: SyncContext, step: Step): Promise<void> {
  const isCreate = step.operation === 'create' || step.operation === 'import';
  const giveWay = makeGiveWay();
  const writes: Write[] = [];
  const idle: Planned[] = [];
  for (const planned of step.planned) {
    await giveWay();
    if (isCreate) {
      writes.push(createOf(context, planned));
      continue;
    }
    const command = commandOf(context, planned);
    if (command) writes.push({ planned, command });
    else idle.push(planned);
  }
  await commitChunk(deps, context, idle.map(untouched));
  await sendWrites(deps, context, step.operation, writes);
}

/** Plans with nothing to send after all are committed as they are. */
function untouched(planned: Planned): AppliedPlan {
  return { ...planned, answer: null, durationMs: 0 };
}

async function sendWrites(
  deps: SendDeps,
  context: SyncContext,
  operation: WriteOperation,
  planned: readonly Write[],
): Promise<void> {
  const marked = await markSent(deps, context.tenantId, planned.filter(isCreate));
  const writes = [...marked, ...planned.filter((write) => !isCreate(write))];
  if (writes.length === 0) return;
  if (operation === 'update') await rememberUpdates(deps, context, writes);
  const startedAt = deps.clock.now().getTime();
  const durationMs = () => deps.clock.now().getTime() - startedAt;
  let sent: Sent;
  try {
    sent = await sendCommands(context, operation, writes);
    await keepEdits(context, writes, sent.outcomes);
    await deps.answered();
  } catch (error) {
    await handleLostRequest(deps, context, operation, { writes, error, durationMs: durationMs() });
    return;
  }
  // What fails from here on leaves the marks where they are: the records are found by their origin.
  const stored = operation === 'delete' ? sent.outcomes : await rereadWritten(context, sent.outcomes);
  const isProbe = deps.gate.needsProbe(operation, context.entity);
  const sorted = sortOutcomes(writes, stored, { operation, entity: context.entity, isProbe });
  await commitOutcomes(deps, context, operation, { sorted, durationMs: durationMs() });
  await judgePlaces(deps, context, marked, { outcomes: stored, refusal: sent.refusal });
}

async function commitOutcomes(
  deps: StepDeps,
  context: SyncContext,
  operation: WriteOperation,
  { sorted, durationMs }: { sorted: SortedOutcomes<Write>; durationMs: number },
): Promise<void> {
  const done: AppliedPlan[] = [];
  const failures: Failed[] = [];
  for (const { item, outcome } of sorted.done) {
    const { planned } = item;
    // A new record that cannot be read back is there: it is looked up by its origin.
    if (isCreate(item) && !outcome.record)
      failures.push({ ...planned, error: new Error('The new record cannot be read back'), durationMs, sent: true });
    else done.push({ ...planned, answer: outcome.record ?? null, justBefore: outcome.before ?? null, durationMs });
  }
  for (const { item, error } of sorted.failed) {
    const { planned } = item;
    // Deleting what is gone already is a success.
    if (operation === 'delete' && error.kind === 'gone') done.push({ ...planned, answer: null, durationMs });
    else {
      const split = error.kind === 'validation' && canSplit(item) ? await sendByField(context, item, durationMs) : null;
      if (split) done.push(split);
      else failures.push({ ...planned, error, durationMs, sent: isCreate(item) && error.uncertain });
    }
  }
  const judged = await judgeChoices(deps, context, { done, failures });
  await commitChunk(deps, context, judged.done);
  await recordFailures(deps, context.tenantId, judged.failures);
  if (sorted.done.length > 0) await deps.gate.confirmWrite(operation, context.entity);
  await coverRest(deps, context, sorted);
  await deps.gate.judgeRefusals(
    operation,
    context.entity,
    sorted.failed.map(({ error }) => error),
  );
}

/** What met the failure of more than its record waits for that, uncharged. */
async function coverRest(deps: StepDeps, context: SyncContext, sorted: SortedOutcomes<Write>): Promise<void> {
  const { covered, fault, connection } = sorted;
  await unmarkSent(deps, context.tenantId, covered.filter(isCreate));
  if (fault) {
    const closed = await deps.gate.close(fault.key, fault.error);
    const pairs = covered.map(({ planned }) => planned.pair);
    // The next probe asks for others: these may be refused for reasons of their own.
    const until = new Date(closed.until.getTime() + 1);
    await postponeUntil(deps, context.tenantId, pairs, { ...closed, until });
  }
  if (connection) throw connection;
}

/** Rows of these pairs wait until something is open again; nothing is charged. */
export async function postponeUntil(
  deps: SyncDeps,
  tenantId: number,
  pairs: readonly LoadedPair[],
  { name, until }: Closed,
): Promise<void> {
  const rows = pairs.flatMap((pair) => pair.rows);
  await postpone(
    deps.db,
    tenantId,
    rows.map((row) => ({ ...row, dueAt: until, sent: row.createSentAt !== null, waitsFor: name })),
  );
}

function pairsOf(writes: readonly Write[]): LoadedPair[] {
  return writes.map(({ planned }) => planned.pair);
}

/** A request that failed as a whole: sorted by what it proves. */
async function handleLostRequest(
  deps: SendDeps,
  context: SyncContext,
  operation: WriteOperation,
  { writes, error, durationMs }: { writes: readonly Write[]; error: unknown; durationMs: number },
): Promise<void> {
  const creates = writes.filter(isCreate);
  const known = error instanceof Bitrix24Error ? error : null;
  if (!known) throw error;
  if (!known.uncertain) await unmarkSent(deps, context.tenantId, creates);
  if (known.code === 'limit_reached') {
    await postponeUntil(deps, context.tenantId, pairsOf(writes), deps.gate.waitForPace(known));
    return;
  }
  const portalAnswers = known.kind === 'network' && known.uncertain && (await answersPlainly(context));
  const canHalve = writes.length > 1 && (known.code === 'request_too_large' || (portalAnswers && creates.length === 0));
  if (canHalve) {
    const middle = Math.ceil(writes.length / 2);
    const first = { ...deps, answered: async () => undefined };
    await sendWrites(first, context, operation, writes.slice(0, middle));
    await sendWrites(deps, context, operation, writes.slice(middle));
    return;
  }
  if (creates.length > 0 && known.uncertain) {
    const failures = creates.map(({ planned }) => ({ ...planned, error, durationMs, sent: true }));
    await recordFailures(deps, context.tenantId, failures);
    if (!portalAnswers) throw error;
    return;
  }
  const place = {
    step: 'write',
    entity: context.entity,
    name: methodOf[operation],
    common: writes.length > 1,
  } as const;
  const scope = scopeOf(known, { ...place, portalAnswers });
  if (scope.scope === 'method' || scope.scope === 'kind')
    await postponeUntil(deps, context.tenantId, pairsOf(writes), await deps.gate.close(scope, known));
  else if (scope.scope === 'record') {
    const failures = writes.map(({ planned }) => ({ ...planned, error, durationMs, sent: false }));
    await recordFailures(deps, context.tenantId, failures);
  } else throw error;
}
