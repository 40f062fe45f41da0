import type { Transaction } from 'sequelize';
import type { LogLine } from '../journal/sync-log.ts';
import { freeNumber } from '../load/free-number.ts';
import { insertLocal, writeLocal } from '../load/local-rows.ts';
import type { MappingUpsert } from '../load/mappings.ts';
import type { SyncContext } from '../pair.ts';
import { emptyRemoteShadow, type StageMove } from '../plan/merge.ts';
import { type Shadows, shadowsOf } from '../plan/shadows.ts';
import { commitMerge } from './commit-merge.ts';
import { commitOutside } from './commit-outside.ts';
import { type AppliedPlan, doneEntries, type Entries, noEntries, type RefusedField } from './entries.ts';
import { besideCut, fieldErrorsAfter, notAccepted } from './field-errors.ts';
import {
  askedOf,
  type CommitDeps,
  changesFromNothing,
  logLine,
  mappingOf,
  missing,
  stageChange,
} from './pair-entries.ts';

import { unmappedByCreate, unmappedByImport } from './unmapped-fields.ts';

/**
 * Writes the local side of one pair and returns what else is to be entered about it. A pair that is not among `done` stays queued.
 * `byField`: a value that PostgreSQL refuses costs its own field only.
 */
export async function commitPair(
  deps: CommitDeps,
  context: SyncContext,
  item: AppliedPlan,
  { transaction, byField }: { transaction: Transaction; byField: boolean },
): Promise<Entries> {
  const { pair, plan } = item;
  switch (plan.action) {
    case 'nothing':
      return doneEntries(pair, 'unchanged');
    case 'skip':
      return doneEntries(pair, 'skipped', isStillOpen(item) ? { resting: [pair] } : {});
    case 'exclude':
      return commitOutside(context, item, plan);
    case 'wait': {
      const { reason, candidates } = plan;
      const localId = pair.localId ?? missing(item, 'local id');
      return doneEntries(pair, 'skipped', { waiting: [{ localId, reason, candidates }] });
    }
    case 'update':
    case 'link':
      return commitMerge(deps, context, item, { plan, transaction, byField });
    case 'create_remote':
      return commitCreated(context, item);
    case 'create_local':
      return commitImported(deps, context, item, transaction);
    case 'delete_local':
      return commitLocalDeletion(deps, context, item, transaction);
    case 'close_remote':
      return doneEntries(pair, 'updated', {
        mappings: [unlinkedMapping(context, item, plan.move ?? null)],
        log: [logLine(item, 'close', 'to_bitrix', stageChange(plan.move?.from, plan.move?.to))],
      });
    case 'unlink':
      return commitUnlink(context, item, plan.keptStage);
    default:
      return commitUnlinking(item, plan.action);
  }
}

/** What was said of an orphan stays until it is linked, or a person asks again. */
function isStillOpen({ pair, plan }: AppliedPlan): boolean {
  return plan.action === 'skip' && plan.why === 'orphaned' && pair.rows.every(({ reason }) => reason !== 'retry');
}

function commitCreated(context: SyncContext, item: AppliedPlan): Entries {
  const { pair } = item;
  const local = pair.local ?? missing(item, 'local record');
  const answer = item.answer ?? missing(item, 'answer');
  const asked = { merge: { toRemote: askedOf(context, local.record) }, former: emptyRemoteShadow, answer };
  const outdated = item.outdated ?? [];
  const refused = [...notAccepted(asked), ...unmappedByCreate(context.fieldMap, local.record, answer)].filter(
    ({ key }) => !outdated.includes(key),
  );
  const open = [...outdated, ...refused.map(({ key }) => key), ...besideCut(context.fieldMap, refused)];
  const shadows = withoutKeys(shadowsOf(context.fieldMap, local.record, answer), open);
  const operation = pair.mapping ? 'recreate' : 'create';
  const mapping = mappingOf(context, pair, { localId: local.id, remote: answer, shadows, written: true });
  const fieldErrors = fieldErrorsAfter(context, pair, { former: {}, resting: [], refused });
  return doneEntries(pair, 'created', {
    mappings: [{ ...mapping, fieldErrors }],
    log: [logLine(item, operation, 'to_bitrix', carriedOver(shadows.local, shadows.remote.values))],
    made: [{ entity: pair.entity, remoteId: answer.id }],
    refused: refusedEntries(item, refused),
    again: outdated.length > 0 || refused.some(({ isCut }) => isCut) ? [pair] : [],
  });
}

function refusedEntries({ pair, plan, durationMs }: AppliedPlan, fields: readonly RefusedField[]): Entries['refused'] {
  return fields.length > 0 ? [{ pair, plan, fields, durationMs }] : [];
}

/** What the portal did not take was never equal: it has no shadow. */
function withoutKeys({ local, remote }: Shadows, keys: readonly string[]): Shadows {
  const kept = (values: Shadows['local']) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
  return { local: kept(local), remote: { ...remote, values: kept(remote.values) } };
}

async function commitImported(
  deps: CommitDeps,
  context: SyncContext,
  item: AppliedPlan,
  transaction: Transaction,
): Promise<Entries> {
  const { pair } = item;
  const remote = pair.remote ?? missing(item, 'Bitrix24 record');
  const columns = { ...(item.newRecord ?? missing(item, 'new record')) };
  if (typeof columns.number === 'string')
    columns.number = await freeNumber(deps.db, context.tenantId, columns.number, transaction);
  const created = await insertLocal(deps.db, context, columns, transaction);
  pair.localId = created.id;
  const shadows = shadowsOf(context.fieldMap, created.record, remote, 'people');
  return doneEntries(pair, 'created', {
    mappings: [mappingOf(context, pair, { localId: created.id, remote, shadows, written: false })],
    log: [logLine(item, 'import', 'from_bitrix', carriedOver(shadows.remote.values, shadows.local))],
    refused: refusedEntries(item, unmappedByImport(context.fieldMap, created.record, remote)),
  });
}

async function commitLocalDeletion(
  deps: CommitDeps,
  context: SyncContext,
  item: AppliedPlan,
  transaction: Transaction,
): Promise<Entries> {
  const { pair } = item;
  const local = pair.local ?? missing(item, 'local record');
  const columns = { deleted_at: deps.clock.now() };
  const written = await writeLocal(
    deps.db,
    { tenantId: context.tenantId, entity: pair.entity, row: local },
    columns,
    transaction,
  );
  if (!written) return noEntries();
  return doneEntries(pair, 'updated', {
    // What stays in Bitrix24, because an import was undone, is not imported again.
    [pair.remote ? 'unlinked' : 'forgotten']: pair.mapping ? [pair.mapping.id] : [],
    log: [logLine(item, 'delete', 'from_bitrix')],
  });
}

/** What stays in Bitrix24 is linked again when the local record is restored. */
function commitUnlink(context: SyncContext, item: AppliedPlan, keptStage: string | undefined): Entries {
  const { pair } = item;
  const log = [logLine(item, 'unlink', 'to_bitrix', stageChange(keptStage, keptStage))];
  if (pair.unsettled) return doneEntries(pair, 'updated', { mappings: [unlinkedMapping(context, item, null)], log });
  return doneEntries(pair, 'updated', { unlinked: pair.mapping ? [pair.mapping.id] : [], log });
}

const unlinkOperations = { delete_remote: 'delete', orphan: 'orphan', forget: 'forget' } as const;

function commitUnlinking(item: AppliedPlan, action: keyof typeof unlinkOperations): Entries {
  const { pair } = item;
  const ids = pair.mapping ? [pair.mapping.id] : [];
  const direction = action === 'orphan' ? 'from_bitrix' : action === 'forget' ? 'bidirectional' : 'to_bitrix';
  const log = [logLine(item, unlinkOperations[action], direction)];
  // What stays in the CRM, because a create was undone, is not created again.
  const isKept = action === 'delete_remote' && pair.local !== null && !pair.local.deleted;
  if (action === 'orphan' || isKept) return doneEntries(pair, 'updated', { orphaned: ids, log });
  if (action === 'forget') return doneEntries(pair, 'updated', { forgotten: ids, log });
  return doneEntries(pair, 'updated', { unlinked: ids, log });
}

function unlinkedMapping(context: SyncContext, item: AppliedPlan, closed: StageMove | null): MappingUpsert {
  const { pair } = item;
  const localId = pair.localId ?? missing(item, 'local id');
  const remote = pair.remote ?? missing(item, 'Bitrix24 record');
  const shadows = { ...pair.shadows, remote: { ...pair.shadows.remote, closed } };
  const mapping = mappingOf(context, pair, { localId, remote, shadows, written: closed !== null });
  return { ...mapping, state: 'unlinked' };
}

/** What a new record got from the other side; what it has besides, such as a portal's own default dates, was not carried over. */
function carriedOver(from: Shadows['local'], to: Shadows['local']): LogLine['changes'] {
  return changesFromNothing(Object.fromEntries(Object.entries(to).filter(([key]) => (from[key] ?? null) !== null)));
}
