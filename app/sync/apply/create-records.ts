import type { WriteOutcome } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { diffRemote } from '../../field-maps/remote-changes.ts';
import type { RemoteChanges } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';
import type { SyncDeps } from '../deps.ts';
import { originOf } from '../plan/origin-id.ts';
import type { Planned } from '../plan/plan-pair.ts';
import { shadowsOf, wantedRemote } from '../plan/shadows.ts';
import { markCreatesSent, postpone, priorities, type SentValues } from '../queue/sync-queue.ts';
import type { AppliedPlan } from './commit-pair.ts';
import {
  type ApplyContext,
  commitWithFallback,
  commonRefusal,
  isBatchToBlame,
  sharesRefusal,
} from './commit-with-fallback.ts';
import { rereadWritten } from './reread-written.ts';
import { type Failed, recordFailures } from './retry-policy.ts';

/** Rows of `crm.item.batchImport` in one request that stay far below the 60 s a request may take. */
const silentBatch = 100;

const empty = { fields: {}, multifields: [] };

interface Create {
  planned: Planned;
  changes: RemoteChanges;
  originId: string;
  localId: number;
  values: SentValues;
}

/**
 * Creates Bitrix24 records without ever making two for one local record. The intent and the values are committed before the request
 * leaves. A refusal is certain: the mark goes. No answer is uncertain: the mark stays, and when the portal can no longer be working
 * on it the record is looked up by its origin (load-pairs.ts) and adopted, or created after all.
 */
export async function createRecords(deps: SyncDeps, context: ApplyContext, planned: readonly Planned[]): Promise<void> {
  const [first] = planned;
  if (!first) return;
  const { entity } = first.pair;
  const creates = planned.map((item) => toCreate(context, item));
  const isSilent = ({ planned: { pair } }: Create) => pair.rows.some(({ runId }) => context.silentRuns.has(runId ?? 0));
  await sendInBatches(deps, context, entity, creates.filter(isSilent), true);
  await sendInBatches(
    deps,
    context,
    entity,
    creates.filter((create) => !isSilent(create)),
    false,
  );
}

async function sendInBatches(
  deps: SyncDeps,
  context: ApplyContext,
  entity: Entity,
  creates: readonly Create[],
  silent: boolean,
): Promise<void> {
  let rest = [...creates];
  while (rest.length > 0) {
    context.options.signal?.throwIfAborted();
    const size = silent ? silentBatch : await context.client.batchSize('create', entity);
    await sendBatch(deps, context, entity, rest.slice(0, size), silent);
    rest = rest.slice(size);
  }
}

async function sendBatch(
  deps: SyncDeps,
  context: ApplyContext,
  entity: Entity,
  batch: readonly Create[],
  silent: boolean,
): Promise<void> {
  const { client, options, tenantId } = context;
  const startedAt = deps.clock.now().getTime();
  await markSent(deps, tenantId, batch);
  let outcomes: WriteOutcome[];
  try {
    outcomes = silent
      ? await client.importSilently(entity, batch, options)
      : await client.write(
          batch.map(({ changes, originId }) => ({ operation: 'create', entity, changes, originId })),
          options,
        );
  } catch (error) {
    const known = error instanceof Bitrix24Error ? error : null;
    if (known?.uncertain) {
      const durationMs = deps.clock.now().getTime() - startedAt;
      const failures = batch.map(({ planned }) => ({ ...planned, error, durationMs, sent: true }));
      await recordFailures(deps, tenantId, failures);
      if (await isBatchToBlame(context, error)) return;
    } else if (known) await unmarkSent(deps, tenantId, batch);
    throw error;
  }
  // What fails from here on leaves the marks where they are: the records are found by their origin.
  const durationMs = deps.clock.now().getTime() - startedAt;
  await commitCreates(deps, context, batch, await rereadWritten(context, entity, outcomes), durationMs);
}

async function commitCreates(
  deps: SyncDeps,
  context: ApplyContext,
  batch: readonly Create[],
  outcomes: readonly WriteOutcome[],
  durationMs: number,
): Promise<void> {
  const done: AppliedPlan[] = [];
  const failures: Failed[] = [];
  const refused: Create[] = [];
  const refusal = commonRefusal(outcomes);
  for (const [index, create] of batch.entries()) {
    const { planned } = create;
    const outcome = outcomes[index];
    if (sharesRefusal(refusal, outcome)) refused.push(create);
    else if (outcome?.ok && outcome.record) done.push({ ...planned, answer: outcome.record, durationMs });
    else if (outcome && !outcome.ok)
      failures.push({ ...planned, error: outcome.error, durationMs, sent: outcome.error.uncertain });
    else failures.push({ ...planned, error: new Error('The new record cannot be read back'), durationMs, sent: true });
  }
  await commitWithFallback(deps, context, done);
  await recordFailures(deps, context.tenantId, failures);
  await unmarkSent(deps, context.tenantId, refused);
  if (refusal) throw refusal;
}

/** Commits the intent. A local row that stands in the queue for the mark alone belongs to its pair from now on. */
async function markSent(deps: SyncDeps, tenantId: number, batch: readonly Create[]): Promise<void> {
  const marked = await markCreatesSent(
    deps.db,
    tenantId,
    batch.map(({ planned: { pair }, localId, values }) => ({ entity: pair.entity, localId, values })),
  );
  for (const { planned, localId, values } of batch) {
    const { entity, rows } = planned.pair;
    const row = marked.find(({ recordId }) => recordId === localId);
    if (!row || rows.some(({ side }) => side === 'local')) continue;
    rows.push({
      entity,
      side: 'local',
      recordId: localId,
      // A row that was queued after the pair had been read has something newer to say: only its mark is ours.
      changes: row.isNew ? row.changes : 0,
      reason: 'create',
      runId: null,
      attempts: 0,
      priority: priorities.change,
      createSentAt: deps.clock.now(),
      createValues: values,
    });
  }
}

/** Creates that were certainly not executed: their rows are due again as if nothing had been sent. */
async function unmarkSent(deps: SyncDeps, tenantId: number, creates: readonly Create[]): Promise<void> {
  const dueAt = deps.clock.now();
  const rows = creates.flatMap(({ planned }) => planned.pair.rows).map((row) => ({ ...row, dueAt, sent: false }));
  await postpone(deps.db, tenantId, rows);
}

function toCreate({ fieldMap, tenantId }: ApplyContext, planned: Planned): Create {
  const { entity, local } = planned.pair;
  if (!local) throw new Error('Only a local record can be created in Bitrix24');
  const wanted = wantedRemote(fieldMap, local.record);
  const shadows = shadowsOf(fieldMap, local.record, wanted);
  const originId = originOf(tenantId, entity, local.id);
  return {
    planned,
    changes: diffRemote(empty, wanted),
    originId,
    localId: local.id,
    values: { originId, local: { ...shadows.local }, remote: { ...shadows.remote.values } },
  };
}
