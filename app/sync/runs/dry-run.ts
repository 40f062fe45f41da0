import type { Transaction } from 'sequelize';
import type { CallOptions } from '../../bitrix24/client.ts';
import type { Entity, Side } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import type { SyncDeps } from '../deps.ts';
import type { RunOutcome } from '../journal/run-counters.ts';
import { askForPreview } from '../load/ask-for-preview.ts';
import { loadPairs } from '../load/load-pairs.ts';
import { matchPairs } from '../load/match-pairs.ts';
import { openContext } from '../load/open-context.ts';
import { readRests } from '../load/read-rests.ts';
import { isUneventful } from '../plan/merge.ts';
import { firstOfEachCompany } from '../plan/one-company.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import { restOf } from '../queue/rests.ts';
import { priorities, type QueueRow } from '../queue/sync-queue.ts';
import { addToPreview, type Preview } from './preview-groups.ts';
import type { RunRow } from './run-row.ts';

/** How many planned changes a dry run shows. */
const shownChanges = 100;

/** Records of one kind to be planned, and why. */
export interface PreviewedRecords {
  entity: Entity;
  ids: readonly number[];
  reason: 'dry_run' | 'import';
  side: Side;
}

/**
 * Plans a chunk exactly as a real run would. Returns what writes the counts of the plans, and the first of them to be shown, into the
 * run; nothing else is written. Records that only the portal has are planned with the reason `import`, as the real run queues them.
 */
export async function previewChunk(
  deps: SyncDeps,
  run: RunRow,
  { entity, ids, reason, side }: PreviewedRecords,
  options: CallOptions,
): Promise<(transaction: Transaction) => Promise<void>> {
  const context = await openContext(deps, run.tenant_id, entity, options);
  const rows = ids.map(
    (recordId): QueueRow => ({
      entity,
      side,
      recordId,
      changes: 1,
      reason,
      runId: run.id,
      attempts: 0,
      priority: priorities.run,
      createSentAt: null,
      createValues: null,
      dueAt: deps.clock.now(),
    }),
  );
  const { pairs } = await loadPairs(deps, context, rows);
  const rests = await readRests(deps.db, run.tenant_id);
  const awake = pairs.filter((pair) => restOf(rests, pair) === null);
  const readable = awake.filter(({ readError }) => readError === null).map((pair) => planPair(context, pair));
  // What could not be asked for is left out.
  const planned = await matchPairs(deps, context, readable, askForPreview(entity));
  const joining = joiningOf(planned);
  const { counts, conflicts, preview } = summarise(planned, joining, awake.length - planned.length);
  counts.skipped += pairs.length - awake.length;
  const found = {
    plans: planned.map((item) => ({ planned: item, joins: joining.has(item) })),
    failed: awake.filter(({ readError }) => readError !== null),
  };
  return async (transaction) => {
    // The row is locked by now: the step that this belongs to was stored in it first.
    const [stored] = await queryRows<{ groups: Preview }>(
      deps.db,
      'select preview_groups as groups from sync_runs where id = $id',
      { id: run.id },
      transaction,
    );
    const groups = addToPreview(stored?.groups ?? {}, context.fieldMap, found);
    await queryRows(
      deps.db,
      `update sync_runs set total = total + $count, done = done + $count, created = created + $created,
            updated = updated + $updated, unchanged = unchanged + $unchanged, skipped = skipped + $skipped,
            excluded = excluded + $excluded, failed = failed + $failed, conflicts = conflicts + $conflicts,
            preview_groups = $groups::jsonb,
            preview = (select coalesce(jsonb_agg(p), '[]')
                         from (select p from jsonb_array_elements(preview || $preview::jsonb) p limit ${shownChanges}) shown)
      where id = $id`,
      {
        ...{ id: run.id, count: ids.length, ...counts, conflicts },
        ...{ preview: JSON.stringify(preview), groups: JSON.stringify(groups) },
      },
      transaction,
    );
  };
}

/** What the plans come to: how many of each outcome, and those that change something, to be shown. */
function summarise(planned: readonly Planned[], joining: ReadonlySet<Planned>, failed: number) {
  const counts = { created: 0, updated: 0, unchanged: 0, skipped: 0, excluded: 0, failed } satisfies Record<
    RunOutcome,
    number
  >;
  const outcomeOf = (item: Planned) => (joining.has(item) ? 'updated' : plannedOutcome(item));
  for (const item of planned) counts[outcomeOf(item)] += 1;
  const conflicts = planned.reduce((sum, { plan }) => sum + ('merge' in plan ? plan.merge.conflicts.length : 0), 0);
  const preview = planned
    .filter((item) => !['unchanged', 'excluded'].includes(outcomeOf(item)))
    .map((item) => ({ ...present(item), ...(joining.has(item) && { action: 'link' }) }));
  return { counts, conflicts, preview };
}

/** Contracts whose client gets a company in this very chunk: the first makes it or is linked with it, and these are linked with it, too. */
function joiningOf(planned: readonly Planned[]): Set<Planned> {
  const isCreate = ({ plan }: Planned) => plan.action === 'create_remote';
  const starting = planned.filter((item) => isCreate(item) || item.plan.action === 'link');
  const joining = [...firstOfEachCompany(starting)].flatMap(([first, others]) => {
    const group = [first, ...others];
    const creates = group.filter(isCreate);
    return creates.length < group.length ? creates : creates.filter((item) => item !== first);
  });
  return new Set(joining);
}

function plannedOutcome({ plan }: Planned): RunOutcome {
  switch (plan.action) {
    case 'create_remote':
    case 'create_local':
      return 'created';
    case 'skip':
    case 'wait':
      return 'skipped';
    case 'exclude':
      return 'excluded';
    case 'nothing':
      return 'unchanged';
    case 'update':
      return isUneventful(plan.merge) ? 'unchanged' : 'updated';
    default:
      return 'updated';
  }
}

function present({ pair, plan }: Planned): object {
  const fields =
    'merge' in plan
      ? {
          to_bitrix: plan.merge.toRemote.map(({ pair: field, before, after }) => ({ field: field.key, before, after })),
          from_bitrix: plan.merge.toLocal.map(({ pair: field, before, after }) => ({
            field: field.key,
            before,
            after,
          })),
          conflicts: plan.merge.conflicts,
        }
      : plan.action === 'wait'
        ? { reason: plan.reason, candidates: plan.candidates }
        : {};
  return { entity: pair.entity, local_id: pair.localId, bitrix24_id: pair.remoteId, action: plan.action, ...fields };
}
