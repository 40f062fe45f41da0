import type { RemoteRecord, WriteCommand, WriteOutcome } from '../../bitrix24/client.ts';
import { newLocalRecord } from '../../field-maps/new-local.ts';
import { diffRemote, isEmptyChanges } from '../../field-maps/remote-changes.ts';
import type { RemoteChanges, RemoteValues } from '../../field-maps/types.ts';
import { originator } from '../../lib/records.ts';
import type { SyncDeps } from '../deps.ts';
import type { LoadedPair } from '../load/load-pairs.ts';
import { originOf } from '../plan/origin-id.ts';
import type { Planned } from '../plan/plan-pair.ts';
import { mergedRemote } from '../plan/shadows.ts';
import { type AppliedPlan, formerShadows } from './commit-pair.ts';
import {
  type ApplyContext,
  commitWithFallback,
  commonRefusal,
  isBatchToBlame,
  sharesRefusal,
} from './commit-with-fallback.ts';
import { createRecords } from './create-records.ts';
import { matchContacts } from './match-contacts.ts';
import { rereadWritten } from './reread-written.ts';
import { type Failed, recordFailures } from './retry-policy.ts';

/**
 * Carries plans out: what touches our side only is settled at once; updates, deletes and creates go to the portal in batches, each
 * settled before the next is sent, so that a crash loses one answer at most. Throws Bitrix24Error when a whole request failed.
 */
export async function applyPlans(deps: SyncDeps, context: ApplyContext, planned: readonly Planned[]): Promise<void> {
  const startedAt = deps.clock.now().getTime();
  const local: Planned[] = [];
  const writes: { planned: Planned; command: WriteCommand }[] = [];
  const creates: Planned[] = [];
  for (const item of await matchContacts(deps, context, planned)) {
    if (item.plan.action === 'create_remote') creates.push(item);
    else {
      const command = await commandFor(context, item);
      if (command) writes.push({ planned: item, command });
      else local.push(item);
    }
  }
  const localOnly = local.map((item) => localOutcome(context, item, deps.clock.now().getTime() - startedAt));
  await commitWithFallback(deps, context, localOnly);
  for (const operation of ['update', 'delete'] as const) {
    await applyWrites(
      deps,
      context,
      writes.filter(({ command }) => command.operation === operation),
      operation,
    );
  }
  await createRecords(deps, context, creates);
}

async function applyWrites(
  deps: SyncDeps,
  context: ApplyContext,
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
    const outcomes =
      operation === 'update' ? await rereadWritten(context, first.planned.pair.entity, answers) : answers;
    const durationMs = deps.clock.now().getTime() - startedAt;
    const done: AppliedPlan[] = [];
    const failures: Failed[] = [];
    const refusal = commonRefusal(outcomes);
    for (const [index, { planned }] of batch.entries()) {
      const outcome = outcomes[index];
      if (sharesRefusal(refusal, outcome)) continue;
      if (outcome?.ok) done.push({ ...planned, answer: outcome.record ?? null, durationMs });
      // Deleting what is gone already is a success.
      else if (operation === 'delete' && outcome?.error.kind === 'gone')
        done.push({ ...planned, answer: null, durationMs });
      else failures.push({ ...planned, error: outcome?.error, durationMs, sent: false });
    }
    await commitWithFallback(deps, context, done);
    await recordFailures(deps, context.tenantId, failures);
    if (refusal) throw refusal;
  }
}

/** Sends one batch; null when it failed as a whole and its records were charged for that. */
async function sendBatch(
  deps: SyncDeps,
  context: ApplyContext,
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
    await recordFailures(deps, context.tenantId, failures);
    return null;
  }
}

async function commandFor(context: ApplyContext, { pair, plan }: Planned): Promise<WriteCommand | null> {
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

function localOutcome({ fieldMap }: ApplyContext, { pair, plan }: Planned, durationMs: number): AppliedPlan {
  if (plan.action !== 'create_local' || !pair.remote) return { pair, plan, answer: null, durationMs };
  const newRecord = newLocalRecord(fieldMap, pair.remote);
  if (newRecord) return { pair, plan, answer: null, newRecord, durationMs };
  return { pair, plan: { action: 'skip', why: 'nothing_to_import' }, answer: null, durationMs };
}
