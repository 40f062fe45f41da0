import { type Transaction, UniqueConstraintError } from 'sequelize';
import { AppError, notFound } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { decideMatchRow, type MatchChoice, type MatchRow, matchColumns } from '../sync/journal/matches.ts';
import { saveLog } from '../sync/journal/sync-log.ts';
import { tieMatched } from '../sync/load/first-links.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';
import { alreadyLinked, createBusy } from './card-errors.ts';

export interface MatchActionDeps {
  db: Database;
  requireActive: RequireActive;
}

/** What a person decides about a record that may be the same as one of several: the one that it is, a new one, or none for now. */
export interface MatchDecisionOf {
  tenantId: number;
  actor: string;
  id: number;
  action: MatchChoice;
  /** Of one of the candidates; for `link` alone. */
  bitrix24Id: number | null;
}

/**
 * Carries a decision out: `link` ties the two and makes them equal by the rule of the first link, `create` makes a new record in spite of
 * the candidates, `ignore` leaves the record without a pair until it is linked by hand. What is ignored can be decided anew. Throws
 * `not_found`, `invalid_request`, 409 `not_a_candidate`, `already_linked`, `already_decided`, `create_busy`, or what `requireActive`
 * throws. The same decision once more changes nothing.
 */
export async function decideMatch(
  { db, requireActive }: MatchActionDeps,
  decision: MatchDecisionOf,
): Promise<MatchRow> {
  const { tenantId, id, action, bitrix24Id } = decision;
  await requireActive(tenantId);
  try {
    return await retryingTransaction(db, async (transaction) => {
      const row = await lockMatch(db, tenantId, id, transaction);
      const same = row.decision === action && (action !== 'link' || row.bitrix24_id === String(bitrix24Id));
      if (same) return row;
      if (row.state === 'decided' && row.decision !== 'ignore') throw alreadyDecided();
      if (action === 'link') await tie(db, decision, row, transaction);
      await decideMatchRow(
        db,
        tenantId,
        { id, choice: action, remoteId: bitrix24Id, actor: decision.actor },
        transaction,
      );
      await saveLog(db, tenantId, [lineOf(row, decision)], transaction);
      if (action !== 'ignore') await lookNow(db, tenantId, row, transaction);
      return lockMatch(db, tenantId, id, transaction);
    });
  } catch (error) {
    throw error instanceof UniqueConstraintError ? alreadyLinked(error) : error;
  }
}

async function lockMatch(db: Database, tenantId: number, id: number, transaction: Transaction): Promise<MatchRow> {
  const [row] = await queryRows<MatchRow>(
    db,
    `select ${matchColumns} from sync_matches where tenant_id = $tenantId and id = $id for update`,
    { tenantId, id },
    transaction,
  );
  if (!row) throw notFound();
  return row;
}

async function tie(
  db: Database,
  { tenantId, bitrix24Id }: MatchDecisionOf,
  { local_type: entity, local_id: localId, candidates }: MatchRow,
  transaction: Transaction,
): Promise<void> {
  if (bitrix24Id === null || !candidates.some(({ id }) => id === bitrix24Id)) throw notCandidate();
  const known = await queryRows<{ linked: boolean; busy: boolean }>(
    db,
    `select exists (select 1 from bitrix24_sync_mappings where tenant_id = $tenantId and local_type = $entity
                      and (local_id = $localId or bitrix24_key = $bitrix24Id) and state = 'linked') as linked,
            exists (select 1 from sync_queue where tenant_id = $tenantId and entity = $entity and side = 'local'
                      and record_id = $localId and create_sent_at is not null) as busy`,
    { tenantId, entity, localId, bitrix24Id },
    transaction,
  );
  if (known[0]?.linked) throw alreadyLinked();
  if (known[0]?.busy) throw createBusy();
  await tieMatched(db, { tenantId, entity }, [{ localId, remoteId: bitrix24Id }], transaction);
}

/** The record is looked at before everything else; others that were waiting for the same candidate are looked at too. */
async function lookNow(
  db: Database,
  tenantId: number,
  { local_type: entity, local_id: localId, candidates }: MatchRow,
  transaction: Transaction,
): Promise<void> {
  const waiting = await queryRows<{ local_id: number }>(
    db,
    `select local_id from sync_matches where tenant_id = $tenantId and local_type = $entity and state = 'open'
        and local_id <> $localId and candidate_ids && $ids::bigint[]`,
    { tenantId, entity, localId, ids: candidates.map(({ id }) => id) },
    transaction,
  );
  const row = { tenantId, entity, side: 'local', reason: 'asked' } as const;
  await enqueue(
    db,
    [
      { ...row, recordId: localId, priority: priorities.interactive },
      ...waiting.map(({ local_id }) => ({ ...row, recordId: local_id, priority: priorities.change })),
    ],
    transaction,
  );
}

function lineOf(row: MatchRow, { action, bitrix24Id, actor }: MatchDecisionOf) {
  return {
    entity: row.local_type,
    localId: row.local_id,
    remoteId: action === 'link' ? bitrix24Id : null,
    runId: null,
    direction: 'to_bitrix' as const,
    operation: `match_${action}`,
    changes: {},
    durationMs: 0,
    actor,
  };
}

function notCandidate(): AppError {
  return new AppError({
    code: 'not_a_candidate',
    status: 409,
    text: {
      ru: 'Этой записи Битрикс24 нет среди найденных. Обновите список и выберите из него',
      en: 'This Bitrix24 record is not among those that were found. Reload the list and choose from it',
    },
  });
}

function alreadyDecided(): AppError {
  return new AppError({
    code: 'already_decided',
    status: 409,
    text: { ru: 'Об этой записи уже решено', en: 'This record has been decided about already' },
  });
}
