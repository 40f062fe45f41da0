import type { Transaction } from 'sequelize';
import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { FieldMap, LocalRecord } from '../../field-maps/types.ts';
import type { SyncDeps } from '../deps.ts';
import type { RunOutcome, RunTick } from '../journal/run-counters.ts';
import type { ConflictLine, LogLine } from '../journal/sync-log.ts';
import type { LoadedPair } from '../load/load-pairs.ts';
import { insertLocal, type LocalRow, writeLocal } from '../load/local-rows.ts';
import type { MappingUpsert } from '../load/mappings.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import type { Plan } from '../plan/plan.ts';
import type { Settings } from '../plan/settings.ts';
import { nextShadows, type Shadows, shadowsOf } from '../plan/shadows.ts';

/** A pair whose plan was carried out on the Bitrix24 side (where it asked for that), ready to be settled on ours. */
export interface AppliedPlan {
  pair: LoadedPair;
  plan: Plan;
  /** The record as the portal stored it; null when nothing was sent. */
  answer: RemoteRecord | null;
  /** For `create_local`: the columns of the new record. */
  newRecord?: Record<string, unknown>;
  durationMs: number;
}

export interface CommitContext {
  tenantId: number;
  settings: Settings;
  fieldMap: FieldMap;
}

/** Everything one local transaction writes about a chunk; collected first, written in a handful of statements. */
export interface Ledger {
  mappings: MappingUpsert[];
  unlinked: number[];
  orphaned: number[];
  forgotten: number[];
  seen: { id: number; modifiedAt: Date; readAt: Date }[];
  log: LogLine[];
  conflicts: ConflictLine[];
  ticks: RunTick[];
  done: LoadedPair[];
}

/** Writes the local side of one pair and enters everything else into the ledger. A pair that is not `done` stays queued. */
export async function commitPair(
  deps: SyncDeps,
  context: CommitContext,
  item: AppliedPlan,
  ledger: Ledger,
  transaction: Transaction,
): Promise<void> {
  const { pair, plan } = item;
  const finish = (outcome: RunOutcome, conflicts = 0) => {
    ledger.done.push(pair);
    for (const row of pair.rows) ledger.ticks.push({ row, outcome, conflicts });
  };
  const log = (operation: string, direction: LogLine['direction'], changes: LogLine['changes'] = {}) =>
    ledger.log.push({
      entity: pair.entity,
      localId: pair.localId,
      remoteId: item.answer?.id ?? pair.remoteId,
      runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
      direction,
      operation,
      changes,
      durationMs: item.durationMs,
    });
  const mappingId = pair.mapping?.id;

  switch (plan.action) {
    case 'nothing':
    case 'skip':
      finish(plan.action === 'skip' ? 'skipped' : 'unchanged');
      return;
    case 'update':
    case 'link':
      await commitMerge(deps, context, item, plan, ledger, finish, log, transaction);
      return;
    case 'create_remote': {
      const { local, answer } =
        item.pair.local && item.answer ? { local: item.pair.local, answer: item.answer } : missing();
      const shadows = shadowsOf(context.fieldMap, local.record, answer);
      ledger.mappings.push(mappingOf(context, pair, local.id, answer, shadows));
      log(pair.mapping ? 'recreate' : 'create', 'to_bitrix', carriedOver(shadows.local, shadows.remote.values));
      finish('created');
      return;
    }
    case 'create_local': {
      const remote = pair.remote ?? missing();
      const created = await insertLocal(
        deps.db,
        context.tenantId,
        pair.entity,
        item.newRecord ?? missing(),
        transaction,
      );
      pair.localId = created.id;
      const shadows = shadowsOf(context.fieldMap, created.record, remote);
      ledger.mappings.push(mappingOf(context, pair, created.id, remote, shadows));
      log('import', 'from_bitrix', carriedOver(shadows.remote.values, shadows.local));
      finish('created');
      return;
    }
    case 'unlink':
    case 'close_remote':
    case 'delete_remote':
      // What stays there is linked again when the local record is restored.
      if (pair.unsettled && plan.action !== 'delete_remote') ledger.mappings.push(unlinkedMapping(context, pair));
      else if (mappingId !== undefined) ledger.unlinked.push(mappingId);
      log({ unlink: 'unlink', close_remote: 'close', delete_remote: 'delete' }[plan.action], 'to_bitrix');
      finish('updated');
      return;
    case 'orphan':
      if (mappingId !== undefined) ledger.orphaned.push(mappingId);
      log('orphan', 'from_bitrix');
      finish('updated');
      return;
    case 'delete_local': {
      const columns = { deleted_at: deps.clock.now() };
      const written = await writeLocal(
        deps.db,
        context.tenantId,
        pair.entity,
        pair.local ?? missing(),
        columns,
        transaction,
      );
      if (!written) return;
      if (mappingId !== undefined) ledger.forgotten.push(mappingId);
      log('delete', 'from_bitrix');
      finish('updated');
      return;
    }
    case 'forget':
      if (mappingId !== undefined) ledger.forgotten.push(mappingId);
      log('forget', 'bidirectional');
      finish('updated');
  }
}

async function commitMerge(
  deps: SyncDeps,
  context: CommitContext,
  item: AppliedPlan,
  plan: Extract<Plan, { merge: unknown }>,
  ledger: Ledger,
  finish: (outcome: RunOutcome, conflicts: number) => void,
  log: (operation: string, direction: LogLine['direction'], changes?: LogLine['changes']) => void,
  transaction: Transaction,
): Promise<void> {
  const { pair, answer } = item;
  const { merge } = plan;
  const local = pair.local ?? missing();
  const remote = pair.remote ?? missing();
  const columns = Object.assign({}, ...merge.toLocal.map((change) => change.columns)) as Record<string, unknown>;
  const writes = merge.toLocal.length > 0;
  const after: LocalRow | null = writes
    ? await writeLocal(deps.db, context.tenantId, pair.entity, local, columns, transaction)
    : local;

  const isNew = plan.action === 'link';
  const changesShadows = merge.toRemote.length + merge.toLocal.length + merge.adopted.length > 0;
  if (isNew || changesShadows) {
    const former = formerShadows(pair);
    const localAfter: LocalRecord | null = after?.record ?? null;
    const shadows = nextShadows(context.fieldMap, former, merge, {
      before: { local: local.record, remote },
      localAfter,
      remoteAfter: answer,
    });
    ledger.mappings.push(mappingOf(context, pair, local.id, answer ?? remote, shadows));
  } else if (pair.mapping) {
    ledger.seen.push({ id: pair.mapping.id, modifiedAt: remote.modifiedAt, readAt: pair.readAt });
  }
  // A record that our own create made, although its answer was lost, was created by us.
  const isAdopted = isNew && pair.sent !== null;
  if (isAdopted) log(pair.mapping ? 'recreate' : 'create', 'to_bitrix', changesOf(pair.sent?.remote ?? {}));
  else if (isNew) log('link', 'bidirectional');
  if (merge.toRemote.length > 0) log('update', 'to_bitrix', fieldChanges(merge.toRemote));
  if (writes && after) log('update', 'from_bitrix', fieldChanges(merge.toLocal));
  for (const conflict of merge.conflicts) {
    if (conflict.winner === 'bitrix24' && !after) continue;
    ledger.conflicts.push({
      entity: pair.entity,
      localId: local.id,
      remoteId: remote.id,
      policy: context.settings.policies[pair.entity],
      ...conflict,
    });
  }
  if (!after) return;
  const changed = isNew || writes || merge.toRemote.length > 0;
  finish(isAdopted ? 'created' : changed ? 'updated' : 'unchanged', merge.conflicts.length);
}

function mappingOf(
  context: CommitContext,
  pair: LoadedPair,
  localId: number,
  remote: RemoteRecord,
  shadows: Shadows,
): MappingUpsert {
  return {
    entity: pair.entity,
    localId,
    remoteId: remote.id,
    shadows,
    direction: context.settings.directions[pair.entity],
    modifiedAt: remote.modifiedAt,
    readAt: pair.readAt,
  };
}

function unlinkedMapping(context: CommitContext, pair: LoadedPair): MappingUpsert {
  const shadows = formerShadows(pair);
  return {
    ...mappingOf(context, pair, pair.localId ?? missing(), pair.remote ?? missing(), shadows),
    state: 'unlinked',
  };
}

/** What an adopted record was created with is what its sides were last equal in; once it is linked, its mapping knows better. */
export function formerShadows(pair: LoadedPair): Shadows {
  if (pair.sent && pair.mapping?.state !== 'linked')
    return { local: pair.sent.local, remote: { ...emptyRemoteShadow, values: pair.sent.remote } };
  return pair.mapping?.shadows ?? { local: {}, remote: emptyRemoteShadow };
}

function fieldChanges(
  changes: readonly { pair: { key: string }; before: unknown; after: unknown }[],
): LogLine['changes'] {
  return Object.fromEntries(changes.map(({ pair, before, after }) => [pair.key, { before, after }]));
}

function changesOf(values: Readonly<Record<string, unknown>>): LogLine['changes'] {
  const filled = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(filled.map(([key, after]) => [key, { before: null, after }]));
}

/** What a new record got from the other side; what it has besides, such as a portal's own default dates, nobody carried over. */
function carriedOver(from: Shadows['local'], to: Shadows['local']): LogLine['changes'] {
  return changesOf(Object.fromEntries(Object.entries(to).filter(([key]) => (from[key] ?? null) !== null)));
}

function missing(): never {
  throw new Error('The plan does not fit what was loaded');
}
