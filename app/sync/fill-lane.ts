import type { CallOptions } from '../bitrix24/client.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { Urgency } from '../bitrix24/limits/bucket.ts';
import { newLocalRecord } from '../field-maps/new-local.ts';
import type { Entity } from '../lib/records.ts';
import { reportQuestions } from './apply/ask-person.ts';
import { operationOfPlan } from './apply/commands.ts';
import { commitChunk } from './apply/commit-chunk.ts';
import type { AppliedPlan } from './apply/entries.ts';
import { withMethod } from './apply/method-step.ts';
import { preparePlacing } from './apply/place-new.ts';
import { planAllowed } from './apply/plan-allowed.ts';
import { leaveResting } from './apply/rest-pairs.ts';
import { recordFailures } from './apply/retry-policy.ts';
import { tieMatches } from './apply/tie-matches.ts';
import type { StepDeps } from './apply/write-step.ts';
import { scopeOf } from './faults/scope.ts';
import {
  type FillState,
  forgetDone,
  isBlocked,
  leaveBehind,
  leaveFor,
  leaveOutdated,
  searchDue,
  signOf,
  takeOver,
} from './in-hand.ts';
import { reportDuplicates } from './journal/duplicate-report.ts';
import { type Item, keyOfRow, type Lane, type LaneName } from './lane.ts';
import { type LoadedPairs, loadPairs } from './load/load-pairs.ts';
import { matchPairs } from './load/match-pairs.ts';
import { lookAtWaiting } from './load/match-rulings.ts';
import { openContext } from './load/open-context.ts';
import { readRests } from './load/read-rests.ts';
import type { LoadedPair, SyncContext } from './pair.ts';
import { firstOfEachCompany } from './plan/one-company.ts';
import type { Planned } from './plan/plan-pair.ts';
import { askOtherContracts } from './queue/enqueue-clients.ts';
import { holdKind, postpone } from './queue/put-off.ts';
import { holdResting } from './queue/rests.ts';
import { priorities, type QueueRow } from './queue/sync-queue.ts';
import { advanceRun } from './runs/run-scan.ts';

/** Rows taken at once: fifty ids a command, fifty commands a request. */
const portions: Record<LaneName, number> = { urgent: 500, bulk: 2500 };
/** The first rows of a kind: the portal reads them in a moment, and is not idle while the next ones are read. */
const firstPortion = 500;

interface Fill {
  lane: Lane;
  tenantId: number;
  /** What each call to the portal is sent with. */
  call: Pick<CallOptions, 'signal' | 'patience'>;
}

/**
 * Takes due rows for a lane, reads both sides of their pairs and plans them. What touches our side only is committed at once; what the
 * portal must be told waits in the lane. Returns false when there was nothing to take. Throws the failure of the connection.
 */
export async function fillLane(deps: StepDeps, state: FillState, fill: Fill): Promise<boolean> {
  const { lane, tenantId, call } = fill;
  const rests = await readRests(deps.db, tenantId);
  if (rests.everything) return false;
  await holdResting(deps.db, tenantId, rests);
  const claimed = await claimRows(deps, state, fill);
  const [first] = claimed;
  if (!first) return lane.name === 'bulk' && (await searchForRun(deps, fill));
  const rows = [...claimed, ...(await askOtherContracts(deps.db, tenantId, claimed))];
  const options = { ...call, urgency: urgencyOf(lane, rows) };
  const context = await openContext(deps, tenantId, first.entity, options);
  const keys = rows.map(keyOfRow);
  for (const key of keys) state.loading.add(key);
  try {
    await takeRows(deps, state, { ...fill, context, rows });
  } catch (error) {
    await waitForKind(deps, { ...fill, context, rows, error });
  } finally {
    for (const key of keys) state.loading.delete(key);
  }
  return true;
}

/** A person who waits for a record may use what everything else leaves of the portal's limits. */
function urgencyOf(lane: Lane, rows: readonly QueueRow[]): Urgency {
  if (lane.name === 'bulk') return 'bulk';
  return rows.some(({ priority }) => priority === priorities.interactive) ? 'interactive' : 'normal';
}

/** Due rows of one kind that are in no step's hands. While steps of the lane are under way, only more of the same kind are taken. */
async function claimRows(deps: StepDeps, state: FillState, { lane, tenantId }: Fill): Promise<QueueRow[]> {
  const closed = await holdClosedKinds(deps, tenantId);
  const inHand = state.owners.size + state.handled.size;
  const due = await searchDue(deps, state, tenantId, { limit: portions[lane.name] + inHand, lane: lane.name });
  const free = due.filter((row) => {
    const key = keyOfRow(row);
    if (closed.has(row.entity) || state.loading.has(key) || isBlocked(state, key)) return false;
    if (state.handled.get(key) === signOf(row)) return false;
    // What waits in the bulk lane may be taken over by the urgent one.
    return state.owners.ofRow(row).every((owner) => lane.name === 'urgent' && !owner.inFlight && owner.lane !== lane);
  });
  const entity = free[0]?.entity;
  if (lane.hasSteps && entity !== lane.entity) return [];
  const portion = entity === lane.entity ? portions[lane.name] : firstPortion;
  const rows = free.filter((row) => row.entity === entity).slice(0, portion);
  for (const row of rows) state.handled.set(keyOfRow(row), signOf(row));
  return rows;
}

/** Kinds that may not be read now: what is due of them waits until the fault's next try. */
async function holdClosedKinds({ db, gate }: StepDeps, tenantId: number): Promise<Set<Entity>> {
  const closed = new Set<Entity>();
  for (const entity of ['contract', 'user', 'object'] as const) {
    const fault = gate.closedForKind(entity);
    if (!fault) continue;
    closed.add(entity);
    await holdKind(db, tenantId, { entity, until: fault.until, waitsFor: fault.name });
  }
  return closed;
}

async function takeRows(
  deps: StepDeps,
  state: FillState,
  { lane, context, rows }: Fill & { context: SyncContext; rows: readonly QueueRow[] },
): Promise<void> {
  const { tenantId } = context;
  const startedAt = deps.clock.now().getTime();
  const { answer, ended } = await state.owners.watch(() => readAwake(deps, context, rows));
  const current = leaveOutdated(state, answer.pairs, ended);
  const free = current.filter((pair) => takeOver(state, lane, pair));
  // Nothing is awaited between the two: no other lane comes between.
  const reserved = lane.reserve(free);
  try {
    const late = leaveBehind(state, answer.waiting, ended).map(({ row, until }) => ({
      ...row,
      dueAt: until,
      sent: true,
    }));
    await postpone(deps.db, tenantId, late);
    await workOn(deps, state, { lane, context, pairs: free, reserved, startedAt });
  } finally {
    lane.finish(reserved);
  }
  await forgetDone(deps, state, tenantId, rows);
}

/** Reads both sides of rows; leaves out the pairs that rest. */
async function readAwake(deps: StepDeps, context: SyncContext, rows: readonly QueueRow[]): Promise<LoadedPairs> {
  const { tenantId, entity } = context;
  const { pairs, waiting } = await loadPairs(deps, context, rows);
  await deps.portalAnswered();
  await deps.gate.confirm(`kind:${entity}`);
  return { pairs: await leaveResting(deps, tenantId, pairs), waiting };
}

/** Pairs of one kind that a lane has in hand. */
interface Hand {
  lane: Lane;
  context: SyncContext;
  pairs: readonly LoadedPair[];
  /** What has each pair in hand until the work on them ends. */
  reserved: readonly Item[];
  /** ms since the epoch. */
  startedAt: number;
}

/** Plans pairs that are in hand; what the portal need not be told is committed, the rest waits in the lane. */
async function workOn(deps: StepDeps, state: FillState, hand: Hand): Promise<void> {
  const { lane, context, pairs, startedAt } = hand;
  const { tenantId } = context;
  const readable = pairs.filter(({ readError }) => readError === null);
  const durationMs = deps.clock.now().getTime() - startedAt;
  await recordUnreadable(deps, tenantId, pairs, durationMs);
  await reportDuplicates(deps.db, tenantId, readable);
  await reportQuestions(deps.db, tenantId, readable);
  await lookAtWaiting(deps, context, pairs);
  await preparePlacing(deps, context);
  const allowed = await planAllowed(deps, context, readable);
  const planned = await matchNew(deps, context, oneCreateAClient(state, hand, allowed));
  const own = planned.filter((item) => operationOfPlan(context, item) === null);
  for (const { pair, waitsFor } of lane.add(context, planned)) leaveFor(state, pair, waitsFor);
  await commitChunk(
    deps,
    context,
    own.map((item) => ownSideOnly(context, item, durationMs)),
  );
}

/** Of several contracts of one client that has no company the others wait until it is known what becomes of the first. */
function oneCreateAClient(state: FillState, { reserved }: Hand, planned: readonly Planned[]): Planned[] {
  const holders = new Map(reserved.map((item) => [item.planned.pair, item]));
  const creates = planned.filter(({ plan }) => plan.action === 'create_remote');
  const later = new Set<Planned>();
  for (const [first, others] of firstOfEachCompany(creates)) {
    const holder = holders.get(first.pair);
    for (const other of holder ? others : []) {
      later.add(other);
      if (holder) leaveFor(state, other.pair, holder);
    }
  }
  return planned.filter((item) => !later.has(item));
}

/** Records that the portal does not give, each with its own error. */
async function recordUnreadable(
  deps: StepDeps,
  tenantId: number,
  pairs: readonly LoadedPair[],
  durationMs: number,
): Promise<void> {
  const unreadable = pairs.filter(({ readError }) => readError !== null);
  const plan = { action: 'nothing' } as const;
  await recordFailures(
    deps,
    tenantId,
    unreadable.map((pair) => ({ pair, plan, error: pair.readError, durationMs, sent: false })),
  );
}

/** Records that people may have made already are looked for; where that is refused they wait, and the others go on. */
async function matchNew(deps: StepDeps, context: SyncContext, planned: readonly Planned[]): Promise<Planned[]> {
  const matched = await matchPairs(deps, context, planned, (needs, work) => withMethod(deps, context, needs, work));
  return tieMatches(deps, context, matched);
}

function ownSideOnly({ fieldMap }: SyncContext, { pair, plan }: Planned, durationMs: number): AppliedPlan {
  if (plan.action !== 'create_local' || !pair.remote) return { pair, plan, answer: null, durationMs };
  const newRecord = newLocalRecord(fieldMap, pair.remote);
  if (newRecord) return { pair, plan, answer: null, newRecord, durationMs };
  return { pair, plan: { action: 'skip', why: 'nothing_to_import' }, answer: null, durationMs };
}

async function searchForRun(deps: StepDeps, { lane, tenantId, call }: Fill): Promise<boolean> {
  const client = await deps.clientFor(tenantId);
  try {
    return await advanceRun(deps, client, tenantId, { ...call, urgency: 'bulk' });
  } catch (error) {
    return restForLimit(deps, lane, error);
  }
}

/** Our own pace: the lane rests, nothing is wrong. Throws everything else. */
function restForLimit(deps: StepDeps, lane: Lane, error: unknown): boolean {
  if (!(error instanceof Bitrix24Error) || !['limit_reached', 'method_limit_reached'].includes(error.code)) throw error;
  lane.restsUntil = deps.clock.now().getTime() + (error.retryAfterMs ?? 1000);
  return false;
}

/** A denied kind may be denied because everything is (a plan that has ended): then a plain question is refused too, and that is the cause. */
async function largerRefusal({ client, options }: SyncContext, error: unknown): Promise<unknown> {
  if (!(error instanceof Bitrix24Error) || error.code.toLowerCase() !== 'access_denied') return error;
  try {
    await client.profile(options);
    return error;
  } catch (refusal) {
    return refusal instanceof Bitrix24Error && refusal.kind === 'auth' ? refusal : error;
  }
}

/** Reading failed: the kind, or the method that reads it, waits. Throws what stops the connection. */
async function waitForKind(
  deps: StepDeps,
  failed: Fill & { context: SyncContext; rows: readonly QueueRow[]; error: unknown },
): Promise<void> {
  const { lane, tenantId, context, rows } = failed;
  const { entity } = context;
  const error = await largerRefusal(context, failed.error);
  const scope = scopeOf(error, { step: 'list', entity, name: 'crm.item.list' });
  if (!(error instanceof Bitrix24Error) || scope.scope === 'record' || scope.scope === 'process') throw error;
  if (scope.scope === 'connection') {
    restForLimit(deps, lane, error);
    return;
  }
  const { name, until } = await deps.gate.close(scope, error);
  await postpone(
    deps.db,
    tenantId,
    rows.map((row) => ({ ...row, dueAt: until, sent: row.createSentAt !== null, waitsFor: name })),
  );
}
