import type { RemoteRecord, WriteCommand, WriteOutcome } from '../bitrix24/client.ts';
import { originator } from '../lib/records.ts';
import { newLocalRecord } from '../mapping/new-local.ts';
import { diffRemote, isEmptyChanges } from '../mapping/remote-changes.ts';
import type { RemoteChanges, RemoteValues } from '../mapping/types.ts';
import { carryOutCreates } from './create.ts';
import type { SyncDeps } from './deps.ts';
import { linkExistingContacts } from './existing-contacts.ts';
import { type Failed, settleFailures } from './failures.ts';
import type { LoadedPair } from './load-pairs.ts';
import { originOf } from './origin.ts';
import type { Planned } from './plan-pair.ts';
import { readBack } from './read-back.ts';
import { type CarryOutContext, isBatchToBlame, isMetBy, refusalOfConnection, settleAll } from './settle-chunk.ts';
import { type CarriedOut, formerShadows } from './settle-pair.ts';
import { mergedRemote } from './shadows.ts';

/**
 * Carries plans out: what touches our side only is settled at once; updates, deletes and creates go to the portal in batches, each
 * settled before the next is sent, so that a crash loses one answer at most. Throws Bitrix24Error when a whole request failed.
 */
export async function carryOut(deps: SyncDeps, context: CarryOutContext, planned: readonly Planned[]): Promise<void> {
  const startedAt = deps.clock.now().getTime();
  const local: Planned[] = [];
  const writes: { planned: Planned; command: WriteCommand }[] = [];
  const creates: Planned[] = [];
  for (const item of await linkExistingContacts(deps, context, planned)) {
    if (item.plan.action === 'create_remote') creates.push(item);
    else {
      const command = await commandFor(context, item);
      if (command) writes.push({ planned: item, command });
      else local.push(item);
    }
  }
  const localOnly = local.map((item) => localOutcome(context, item, deps.clock.now().getTime() - startedAt));
  await settleAll(deps, context, localOnly);
  for (const operation of ['update', 'delete'] as const) {
    await carryOutWrites(
      deps,
      context,
      writes.filter(({ command }) => command.operation === operation),
      operation,
    );
  }
  await carryOutCreates(deps, context, creates);
}

async function carryOutWrites(
  deps: SyncDeps,
  context: CarryOutContext,
  writes: readonly { planned: Planned; command: WriteCommand }[],
  operation: WriteCommand['operation'],
): Promise<void> {
  let rest = [...writes];
  while (rest.length > 0) {
    context.options.signal?.throwIfAborted();
    const [first] = rest;
    if (!first) return;
    const size = await context.client.batchSize(operation, first.planned.pair.entity);
    const batch = rest.slice(0, size);
    rest = rest.slice(size);
    const startedAt = deps.clock.now().getTime();
    const answers = await sendBatch(deps, context, batch);
    if (!answers) continue;
    const outcomes = operation === 'update' ? await readBack(context, first.planned.pair.entity, answers) : answers;
    const durationMs = deps.clock.now().getTime() - startedAt;
    const done: CarriedOut[] = [];
    const failures: Failed[] = [];
    const refusal = refusalOfConnection(outcomes);
    for (const [index, { planned }] of batch.entries()) {
      const outcome = outcomes[index];
      if (isMetBy(refusal, outcome)) continue;
      if (outcome?.ok) done.push({ ...planned, answer: outcome.record ?? null, durationMs });
      // Deleting what is gone already is a success.
      else if (operation === 'delete' && outcome?.error.kind === 'gone')
        done.push({ ...planned, answer: null, durationMs });
      else failures.push({ ...planned, error: outcome?.error, durationMs, sent: false });
    }
    await settleAll(deps, context, done);
    await settleFailures(deps, context.tenantId, failures);
    if (refusal) throw refusal;
  }
}

/** Sends one batch; null when it failed as a whole and its records were charged for that. */
async function sendBatch(
  deps: SyncDeps,
  context: CarryOutContext,
  batch: readonly { planned: Planned; command: WriteCommand }[],
): Promise<WriteOutcome[] | null> {
  const startedAt = deps.clock.now().getTime();
  try {
    return await context.client.write(
      batch.map(({ command }) => command),
      context.options,
    );
  } catch (error) {
    if (!(await isBatchToBlame(context, error))) throw error;
    const durationMs = deps.clock.now().getTime() - startedAt;
    const failures = batch.map(({ planned }) => ({ ...planned, error, durationMs, sent: false }));
    await settleFailures(deps, context.tenantId, failures);
    return null;
  }
}

async function commandFor(context: CarryOutContext, { pair, plan }: Planned): Promise<WriteCommand | null> {
  const { entity, remote, remoteId } = pair;
  switch (plan.action) {
    case 'update':
    case 'link': {
      if (!remote) return null;
      const after = mergedRemote(plan.merge, remote, formerShadows(pair).remote);
      const changes = plan.action === 'link' ? withOrigin(context.tenantId, pair, remote, after) : after;
      const difference: RemoteChanges = diffRemote(remote, changes);
      return isEmptyChanges(difference)
        ? null
        : { operation: 'update', entity, id: remote.id, changes: difference, before: remote };
    }
    case 'close_remote': {
      const stage = remote && (await context.client.lostStage(Number(remote.fields.CATEGORY_ID ?? 0), context.options));
      if (!remote || !stage || remote.fields.STAGE_ID === stage) return null;
      const changes = { fields: { STAGE_ID: stage }, multifields: [] };
      return { operation: 'update', entity, id: remote.id, changes, before: remote };
    }
    case 'delete_remote':
      return remoteId === null ? null : { operation: 'delete', entity, id: remoteId };
    default:
      return null;
  }
}

/** A record that people made is marked as the pair of ours, unless another system marked it first. */
function withOrigin(tenantId: number, pair: LoadedPair, record: RemoteRecord, values: RemoteValues): RemoteValues {
  const isMarked = record.originatorId !== null || record.originId !== null;
  if (isMarked || pair.localId === null) return values;
  const marks = { ORIGINATOR_ID: originator, ORIGIN_ID: originOf(tenantId, pair.entity, pair.localId) };
  return { ...values, fields: { ...values.fields, ...marks } };
}

function localOutcome({ fieldMap }: CarryOutContext, { pair, plan }: Planned, durationMs: number): CarriedOut {
  if (plan.action !== 'create_local' || !pair.remote) return { pair, plan, answer: null, durationMs };
  const newRecord = newLocalRecord(fieldMap, pair.remote);
  if (newRecord) return { pair, plan, answer: null, newRecord, durationMs };
  return { pair, plan: { action: 'skip', why: 'nothing_to_import' }, answer: null, durationMs };
}
