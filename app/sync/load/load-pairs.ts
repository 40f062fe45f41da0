import { isDeepStrictEqual } from 'node:util';
import type { RecordAnswer } from '../../bitrix24/client.ts';
import type { LoadedPair, SyncContext, WaitingRow } from '../pair.ts';
import { isOutsideByCrm } from '../plan/exclusion.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import { readOrigin } from '../plan/origin-id.ts';
import type { Question } from '../plan/question.ts';
import { withSentUpdate } from '../plan/sent-update.ts';
import { firstShadows, type Shadows } from '../plan/shadows.ts';
import type { QueueRow } from '../queue/sync-queue.ts';
import { addAsked } from './add-asked.ts';
import { askBeforeRecreation } from './before-recreation.ts';
import { bindLists, relearnLists } from './bind-lists.ts';
import { addCompanions } from './companions.ts';
import { leaveMovedDeals } from './deal-companies.ts';
import { followMerged } from './follow-merged.ts';
import { addFormer, settleFormer } from './former-records.ts';
import { doubtEmptied, pauseAbsentFields, pauseGoneFields, withoutLostFields } from './gone-fields.ts';
import { joinClients, joinLinked, leaveFormerClients, type WaitsForClient } from './join-clients.ts';
import { joinRows } from './join-rows.ts';
import type { LoadDeps } from './load-deps.ts';
import { readLocal } from './local-rows.ts';
import { adoptByOrigin } from './own-records.ts';
import { readRemote } from './read-remote.ts';
import { recogniseOwnRecords } from './recognise.ts';

export interface LoadedPairs {
  pairs: LoadedPair[];
  /** Rows of pairs for which a create has no answer and is too young to be looked up. */
  waiting: WaitingRow[];
}

/**
 * Reads both sides of the claimed rows (all of one kind): mappings, local rows, and the Bitrix24 records fifty ids a command. A record
 * that cannot be read carries its error; the others go on. Throws `Bitrix24Error` when the failure is not one record's.
 */
export async function loadPairs(deps: LoadDeps, context: SyncContext, rows: readonly QueueRow[]): Promise<LoadedPairs> {
  await bindLists(deps, context);
  await pauseGoneFields(deps, context);
  const joined = await joinRows(deps, context, rows);
  const { ready: due, waiting } = splitWaiting(deps, joined);
  await addLocal(deps, context, due);
  // The portal is not asked for what is outside already.
  const outside = due.filter((pair) => isOutsideByCrm(context, pair));
  const ready = outside.length === 0 ? due : due.filter((pair) => !outside.includes(pair));
  leaveFormerClients(ready);
  await addFormer(deps, context, ready);
  const copies = await adoptByOrigin(deps, context, ready);
  await addRemote(context, ready);
  settleFormer(context, ready, copies);
  const recognised = await recogniseOwnRecords(deps, context, ready);
  await addLocal(
    deps,
    context,
    recognised.filter(({ local }) => local === null),
  );
  const known = await followMerged(deps, context, recognised);
  const waits = await joinClients(deps, context, known);
  const pairs = known.filter((pair) => !waits.has(pair));
  await askBeforeRecreation(deps, context, pairs);
  await addLocal(deps, context, pairs.filter(isElsewhere));
  await pauseAbsentFields(
    context,
    pairs.flatMap(({ remote }) => remote ?? []),
  );
  await relearnLists(deps, context, pairs);
  await leaveMovedDeals(deps, context, pairs);
  await doubtEmptied(deps, context, pairs);
  for (const pair of pairs) {
    pair.question ??= questionOfOrigin(context, pair);
    pair.shadows = withoutLostFields(context, { ...pair, shadows: formerShadows(context, pair) });
  }
  await addCompanions(deps, context, pairs);
  await addAsked(deps, context, pairs);
  return { pairs: [...pairs, ...outside], waiting: [...waiting, ...rowsOf(waits)] };
}

/** The contract is listed among those of another company than the one it is reconciled with. */
function isElsewhere({ local, remote }: LoadedPair): boolean {
  return remote !== null && local?.standing != null && local.standing.company !== remote.id;
}

function rowsOf(waits: WaitsForClient): WaitingRow[] {
  return [...waits].flatMap(([pair, wait]) => pair.rows.map((row) => ({ row, ...wait })));
}

/** Reads both sides of loaded pairs again: what was saved since they were read is merged, not overwritten. */
export async function reloadPairs(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const readAt = deps.clock.now();
  const before = new Map(pairs.map((pair) => [pair, pair.local]));
  for (const pair of pairs) Object.assign(pair, { readAt, remote: null, remoteGone: false, readError: null });
  await addRemote(context, pairs);
  await addLocal(deps, context, pairs);
  await joinLinked(context, pairs);
  await addCompanions(deps, context, pairs);
  await addAsked(deps, context, pairs);
  await leaveMovedDeals(deps, context, pairs);
  await doubtEmptied(deps, context, pairs);
  for (const pair of pairs) pair.shadows = withoutLostFields(context, pair);
  // A row that says the same stays the same object: what was made of it is not made again.
  for (const [pair, local] of before) if (isDeepStrictEqual(local, pair.local)) pair.local = local;
}

/** Another CRM database keeps this record equal to one of its own: two would write it in turn. */
function questionOfOrigin(context: SyncContext, { localId, remote }: LoadedPair): Question | null {
  if (!remote || localId === null) return null;
  const origin = readOrigin(context, remote);
  // A record that we linked with the very row which it names is ours: only the name of our database has changed.
  const isElsewhere = origin.whose === 'others' && origin.database !== null && origin.localId !== localId;
  return isElsewhere ? { code: 'other_database', localId, record: remote } : null;
}

/** Takes out the pairs whose create the portal may still be working on. */
function splitWaiting(deps: LoadDeps, pairs: readonly LoadedPair[]) {
  const now = deps.clock.now().getTime();
  const endOf = (pair: LoadedPair) =>
    Math.max(...pair.rows.map((row) => (isAnswered(pair, row) ? 0 : (row.createSentAt?.getTime() ?? 0)))) +
    deps.timings.uncertainWaitMs;
  const waiting = pairs
    .filter((pair) => endOf(pair) > now)
    .flatMap((pair) => pair.rows.map((row) => ({ row, until: new Date(endOf(pair)) })));
  return { ready: pairs.filter((pair) => endOf(pair) <= now), waiting };
}

/** The answer of the row's create was committed; the mark stayed because a writer held the row locked just then. */
function isAnswered({ mapping }: LoadedPair, { createSentAt }: QueueRow): boolean {
  return (
    mapping?.state === 'linked' &&
    mapping.writtenAt !== null &&
    createSentAt !== null &&
    mapping.writtenAt > createSentAt
  );
}

async function addRemote(context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const byId = new Map<number, LoadedPair[]>();
  for (const pair of pairs) {
    if (pair.remoteId === null || pair.remote !== null) continue;
    byId.set(pair.remoteId, [...(byId.get(pair.remoteId) ?? []), pair]);
  }
  // What was never linked has nothing to lose: a purge of foreign records costs no request.
  const isOurs = (id: number) =>
    byId.get(id)?.some(({ mapping, localId }) => mapping !== null || localId !== null) ?? false;
  const answers = await readRemote(context, [...byId.keys()], isOurs);
  for (const [id, asking] of byId) for (const pair of asking) take(pair, answers.get(id));
  await pauseAbsentFields(
    context,
    pairs.flatMap(({ remote }) => remote ?? []),
  );
}

function take(pair: LoadedPair, answer: RecordAnswer | undefined): void {
  if (answer?.state === 'present') pair.remote = answer.record;
  else if (answer?.state === 'failed') pair.readError = answer.error;
  else pair.remoteGone = true;
}

async function addLocal(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const ids = pairs.flatMap((pair) => (pair.localId === null ? [] : [pair.localId]));
  const joining = new Map(
    pairs.flatMap(({ localId, remote }): [number, number][] =>
      localId === null || !remote ? [] : [[localId, remote.id]],
    ),
  );
  const rows = await readLocal(deps.db, { ...context, joining }, ids);
  for (const pair of pairs) pair.local = pair.localId === null ? null : (rows.get(pair.localId) ?? null);
}

/** What an adopted record was created with is what its sides were last equal in; once it is linked, its mapping knows better. */
function formerShadows({ fieldMap }: SyncContext, pair: LoadedPair): Shadows {
  const { sent, mapping, matched, local, remote, former } = pair;
  if (matched && local && remote) return firstShadows(fieldMap, local.record, remote);
  if (sent && mapping?.state !== 'linked')
    return { local: sent.local, remote: { ...emptyRemoteShadow, values: sent.remote } };
  if (mapping && remote) return withSentUpdate(fieldMap, mapping.shadows, mapping.sent, remote);
  return mapping?.shadows ?? former?.shadows ?? { local: {}, remote: emptyRemoteShadow };
}
