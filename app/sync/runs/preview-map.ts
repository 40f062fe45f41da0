import type { Bitrix24Client } from '../../bitrix24/client.ts';
import type { Canonical, FieldMap, FieldPair } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import { databaseName } from '../../models/database-name.ts';
import { defaultTimings } from '../deps.ts';
import type { LoadDeps } from '../load/load-deps.ts';
import { loadPairs } from '../load/load-pairs.ts';
import { readFieldMap } from '../load/read-field-map.ts';
import type { SyncContext } from '../pair.ts';
import type { MergeResult } from '../plan/merge.ts';
import { type Planned, planPair } from '../plan/plan-pair.ts';
import type { Settings } from '../plan/settings.ts';
import { priorities, type QueueRow } from '../queue/sync-queue.ts';

/** So many linked records are read to find examples: one command to the portal. */
const lookedAt = 50;
const shownExamples = 5;

export interface MapPreviewDeps extends Omit<LoadDeps, 'timings'> {
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** What would become of one field of a record. `wins`: whose value stands; `none`: both stay as they are. */
export interface FieldPreview {
  field: string;
  crm: Canonical;
  bitrix24: Canonical;
  /** What the portal's list calls its value; null where it is no list's. */
  bitrix24_name: string | null;
  /** What the side that gives way would hold; null where both stay, and for an emptied value. */
  after: Canonical;
  wins: 'crm' | 'bitrix24' | 'none';
  /** The value has no counterpart on the other side: an error of the field. */
  unmapped: boolean;
}

export interface RecordPreview {
  local_id: number | null;
  bitrix24_id: number | null;
  fields: FieldPreview[];
}

export interface MapPreview {
  /** Linked records of the kind. */
  linked: number;
  /** Of the records that were looked at: how many would change on which side, by field's outcome. */
  looked: number;
  changing: number;
  examples: RecordPreview[];
}

/**
 * Plans linked records of a kind by settings that are not saved, exactly as the synchronisation would, and shows what becomes of these
 * fields. Fifty records are looked at; those that would change are shown first. Nothing is written. Throws `Bitrix24Error`.
 */
export async function previewMap(
  deps: MapPreviewDeps,
  tenantId: number,
  { entity, settings, keys }: { entity: Entity; settings: Settings; keys: readonly string[] },
): Promise<MapPreview> {
  const bind = { tenantId, entity };
  const [counted] = await queryRows<{ linked: number }>(
    deps.db,
    `select count(*)::integer as linked from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and state = 'linked'`,
    bind,
  );
  const linked = counted?.linked ?? 0;
  if (linked === 0 || keys.length === 0) return { linked, looked: 0, changing: 0, examples: [] };
  const some = await queryRows<{ id: number }>(
    deps.db,
    `select local_id as id from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and state = 'linked' order by local_id desc limit ${lookedAt}`,
    bind,
  );
  const context = await contextOf(deps, tenantId, entity, settings);
  const rows = some.map(({ id }) => rowOf(entity, id, deps.clock.now()));
  const { pairs } = await loadPairs({ ...deps, timings: defaultTimings }, context, rows);
  const readable = pairs.filter(({ readError }) => readError === null);
  const records = readable.map((pair) => toPreview(planPair(context, pair), context.fieldMap, keys));
  const changing = records.filter(({ fields }) => fields.length > 0);
  return { linked, looked: records.length, changing: changing.length, examples: changing.slice(0, shownExamples) };
}

async function contextOf(
  deps: MapPreviewDeps,
  tenantId: number,
  entity: Entity,
  settings: Settings,
): Promise<SyncContext> {
  return {
    ...{ database: await databaseName(deps.db), tenantId, entity, settings },
    client: await deps.clientFor(tenantId),
    options: { urgency: 'interactive' },
    fieldMap: await readFieldMap(deps.db, { tenantId, entity }, settings),
    ...{ silentRuns: new Set(), runFilters: new Map(), placing: null, paused: new Set(), returned: new Map() },
  };
}

function rowOf(entity: Entity, recordId: number, dueAt: Date): QueueRow {
  return {
    ...{ entity, side: 'local', recordId, changes: 1, reason: 'dry_run', runId: null, attempts: 0 },
    ...{ priority: priorities.run, createSentAt: null, createValues: null, dueAt },
  };
}

function toPreview({ pair, plan }: Planned, { pairs }: FieldMap, keys: readonly string[]): RecordPreview {
  const fields = 'merge' in plan ? fieldsOf(pair, plan.merge, pairs).filter(({ field }) => keys.includes(field)) : [];
  return { local_id: pair.localId, bitrix24_id: pair.remoteId, fields };
}

function fieldsOf({ local, remote, shadows }: Planned['pair'], merge: MergeResult, pairs: readonly FieldPair[]) {
  const show = (pair: FieldPair, rest: Pick<FieldPreview, 'after' | 'wins' | 'unmapped'>): FieldPreview => {
    const value = remote ? pair.readRemote(remote, shadows.remote) : null;
    const crm = local ? pair.readLocal(local.record) : null;
    return { field: pair.key, crm, bitrix24: value, bitrix24_name: pair.nameOf?.(value) ?? null, ...rest };
  };
  const standing = merge.conflicts.flatMap(({ key, winner }) => {
    const pair = winner === 'none' ? pairs.find((one) => one.key === key) : undefined;
    return pair ? [show(pair, { after: null, wins: 'none', unmapped: false })] : [];
  });
  return [
    ...merge.toRemote.map(({ pair, after }) => show(pair, { after, wins: 'crm', unmapped: false })),
    ...merge.toLocal.map(({ pair, after }) => show(pair, { after, wins: 'bitrix24', unmapped: false })),
    ...standing,
    ...merge.unmapped.map(({ pair }) => show(pair, { after: null, wins: 'none', unmapped: true })),
  ];
}
