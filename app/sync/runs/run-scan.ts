import type { Transaction } from 'sequelize';
import type { Bitrix24Client, CallOptions, ListedRecord, ListFilter } from '../../bitrix24/client.ts';
import { isChangedSince } from '../../bitrix24/list-pages.ts';
import { type Entity, pairKinds, type Side } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import { databaseName } from '../../models/database-name.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { findMappings } from '../load/mappings.ts';
import { readSettings } from '../load/read-settings.ts';
import { readOrigin } from '../plan/origin-id.ts';
import { bothRules, listFilterOf } from '../plan/scope.ts';
import { conditionOf } from '../plan/scope-sql.ts';
import { enqueueImports } from '../queue/run-queue.ts';
import { previewChunk } from './dry-run.ts';
import type { RunRow, ScanState } from './run-row.ts';
import { advanceUndo } from './undo-step.ts';

/** What a step found: where the search goes on, and what is to be stored together with that. */
interface Step {
  next: ScanState | null;
  save?: (transaction: Transaction) => Promise<void>;
}

/** Records looked at in one step of a dry run. */
const previewSize = 500;

/**
 * Does one step of the tenant's running run, when it still searches: a page of the portal's records to be imported, or a chunk of a
 * dry run. Returns true when there was a step to do. Repeat-safe.
 */
export async function advanceRun(
  deps: SyncDeps,
  client: Bitrix24Client,
  tenantId: number,
  options: CallOptions,
): Promise<boolean> {
  const [run] = await queryRows<RunRow>(
    deps.db,
    `select * from sync_runs where tenant_id = $tenantId and state = 'running' and scan is not null`,
    { tenantId },
  );
  if (!run?.scan) return false;
  if (run.kind === 'undo') {
    await advanceUndo(deps, run, run.scan, options);
    return true;
  }
  const { next, save } =
    run.scan.step === 'new'
      ? await scanNew(deps, client, { run, scan: run.scan }, options)
      : await previewKnown(deps, run, run.scan, options);
  // One transaction: a worker that is killed between the two would count the step twice.
  await retryingTransaction(deps.db, async (transaction) => {
    const advanced = await queryRows(
      deps.db,
      `update sync_runs set scan = $scan::jsonb where id = $id and state = 'running' returning id`,
      { id: run.id, scan: next && JSON.stringify(next) },
      transaction,
    );
    if (advanced.length > 0) await save?.(transaction);
  });
  return true;
}

/** A dry run plans every record that the run would queue, and writes nothing but its own counters. */
async function previewKnown(deps: SyncDeps, run: RunRow, scan: ScanState, options: CallOptions): Promise<Step> {
  const { entity } = scan;
  const ids = run.dry_run ? await idsAfter(deps, run, scan) : [];
  if (ids.length === 0) return { next: nextStep(run, scan) };
  const save = await previewChunk(deps, run, { entity, ids, reason: 'dry_run', side: sideOf(run, scan) }, options);
  return { next: { ...scan, afterId: ids.at(-1) ?? scan.afterId }, save };
}

/** The steps of a run's search through one kind, in their order. */
function stepsOf({ direction, import_new }: RunRow): ScanState['step'][] {
  const known: ScanState['step'][] = direction === 'bidirectional' ? ['known', 'linked'] : ['known'];
  return direction !== 'to_bitrix' && import_new ? [...known, 'new'] : known;
}

function nextStep(run: RunRow, { entity, step }: ScanState): ScanState | null {
  const steps = stepsOf(run);
  const next = steps[steps.indexOf(step) + 1];
  return next ? { entity, step: next, afterId: 0 } : nextEntity(run, entity);
}

function sideOf({ direction }: RunRow, { step }: ScanState): Side {
  const isOurs = direction === 'to_bitrix' || (direction === 'bidirectional' && step === 'known');
  return isOurs ? 'local' : 'bitrix24';
}

async function idsAfter(deps: SyncDeps, run: RunRow, scan: ScanState): Promise<number[]> {
  const { table } = pairKinds[scan.entity];
  const { sql, rule } = conditionOf(scan.entity, run.filter.crm);
  const ours = `r.tenant_id = $tenantId and r.deleted_at is null and ${sql}`;
  const source =
    sideOf(run, scan) === 'local'
      ? `select r.id, r.updated_at as changed_at, r.id as local_id from ${table} r where ${ours}`
      : `select m.bitrix24_key::integer as id, m.bitrix24_modified_at as changed_at, m.local_id from bitrix24_sync_mappings m
          where m.tenant_id = $tenantId and m.local_type = $entity and m.state = 'linked'
            and ($rule::jsonb is null or exists (select 1 from ${table} r where r.id = m.local_id and r.tenant_id = $tenantId and ${sql}))
            and ($step <> 'linked' or not exists (select 1 from ${table} r where r.id = m.local_id and ${ours}
                    and ($since::timestamptz is null or r.updated_at >= $since)))`;
  const rows = await queryRows<{ id: number }>(
    deps.db,
    `select distinct id from (${source}) s
      where id > $afterId and $entity::text is not null and $step::text is not null and $rule::jsonb is not distinct from $rule::jsonb and ($ids::integer[] is null or local_id = any($ids))
        and ($since::timestamptz is null or changed_at is null or changed_at >= $since)
      order by id limit ${previewSize}`,
    {
      tenantId: run.tenant_id,
      entity: scan.entity,
      afterId: scan.afterId,
      step: scan.step,
      rule: rule && JSON.stringify(rule),
      ids: run.filter.ids ?? null,
      since: run.filter.updated_since ?? null,
    },
  );
  return rows.map((row) => row.id);
}

/** One page of the portal's records; those without a mapping are queued to be imported (or counted, in a dry run). */
async function scanNew(
  deps: SyncDeps,
  client: Bitrix24Client,
  { run, scan }: { run: RunRow; scan: ScanState },
  options: CallOptions,
): Promise<Step> {
  const { entity } = scan;
  const { scope } = await readSettings(deps, run.tenant_id);
  const { updated_since, bitrix24 } = run.filter;
  const asked = bothRules(bothRules(scope[entity].bitrix24, bitrix24), updated_since ? { updated_since } : {});
  // No record fits both the scope and the filter.
  if (!asked) return { next: nextStep(run, scan) };
  const filter: ListFilter = listFilterOf(asked);
  const page = await client.list(entity, filter, scan.afterId, options);
  const ids = page.records.map((record) => record.id);
  const mapped = await findMappings(deps.db, run.tenant_id, entity, { local: [], remote: ids });
  const known = new Set(mapped.map((mapping) => mapping.remoteId));
  const owner = { database: await databaseName(deps.db), tenantId: run.tenant_id, entity };
  const isAsked = (record: ListedRecord) =>
    readOrigin(owner, record).whose === 'none' && isChangedSince(record, filter.changedSince);
  const strangers = page.records.filter((record) => !known.has(record.id) && isAsked(record));
  const { first } = run.filter;
  const left = first === undefined ? strangers.length : Math.max(0, first - (scan.found ?? 0));
  const strange = strangers.map((record) => record.id).slice(0, left);
  const isEnough = first !== undefined && strange.length === left;
  const save = run.dry_run
    ? await previewChunk(deps, run, { entity, ids: strange, reason: 'import', side: 'bitrix24' }, options)
    : (transaction: Transaction) => queueStrangers(deps, run, { entity, ids: strange }, transaction);
  const isOver = page.last || isEnough;
  const further = { ...scan, afterId: ids.at(-1) ?? scan.afterId, found: (scan.found ?? 0) + strange.length };
  return { next: isOver ? nextStep(run, scan) : further, save };
}

async function queueStrangers(
  { db }: SyncDeps,
  run: RunRow,
  strangers: { entity: Entity; ids: readonly number[] },
  transaction: Transaction,
): Promise<void> {
  if (strangers.ids.length === 0) return;
  const count = await enqueueImports(db, { tenantId: run.tenant_id, runId: run.id, ...strangers }, transaction);
  await queryRows(db, 'update sync_runs set total = total + $count where id = $id', { id: run.id, count }, transaction);
}

function nextEntity(run: RunRow, entity: Entity): ScanState | null {
  const next = run.entities[run.entities.indexOf(entity) + 1];
  if (!next) return null;
  return { entity: next, step: 'known', afterId: 0 };
}
