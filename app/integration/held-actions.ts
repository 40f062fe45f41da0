import { type Transaction, UniqueConstraintError } from 'sequelize';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { decideHeld, type HeldAction, type HeldRow } from '../sync/journal/held-deletions.ts';
import { type LogLine, saveLog } from '../sync/journal/sync-log.ts';
import { type LocalTarget, undeleteLocal } from '../sync/load/local-rows.ts';
import { setMappingState } from '../sync/load/mappings.ts';
import { enqueue, priorities, type QueueRequest } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';
import { findHeld, listHeldIds } from './held-list.ts';

export interface HeldActionDeps {
  db: Database;
  requireActive: RequireActive;
}

/** Who decides, and how: `recreate` makes a new Bitrix24 record for the one that is gone. */
export interface Decision {
  tenantId: number;
  actor: string;
  recreate: boolean;
}

/** What could not be put back: another record has taken its unique value meanwhile. */
export interface NotRestored {
  id: number;
  code: string;
  error: AppError;
}

/** Rows that one transaction decides about. */
const portion = 200;

/** Side whose record was deleted, for each action. */
const vanishedSide = {
  delete_remote: 'local',
  close_remote: 'local',
  delete_local: 'bitrix24',
  create_remote: 'bitrix24',
} as const satisfies Record<HeldAction, 'local' | 'bitrix24'>;

/** What a person can do with held deletions: let them happen, or take them back; one, or all. */
export function makeHeldActions({ db, requireActive }: HeldActionDeps) {
  return {
    /** Lets one happen at once. Throws `not_found`, 409 `already_decided`, or what `requireActive` throws. */
    async confirm(decision: Decision, id: number): Promise<HeldRow> {
      await requireActive(decision.tenantId);
      const [row] = await confirmIds(decision, [id], priorities.interactive);
      return row ?? refuse(decision.tenantId, id);
    },

    /** Lets all of a kind (or of every kind) happen, behind what people do meanwhile; returns how many. Repeat-safe. */
    async confirmAll(decision: Decision, entity: Entity | null): Promise<number> {
      await requireActive(decision.tenantId);
      let confirmed = 0;
      for (const ids of portionsOf(await listHeldIds(db, decision.tenantId, entity))) {
        confirmed += (await confirmIds(decision, ids, priorities.run)).length;
      }
      return confirmed;
    },

    /**
     * Takes one back: a deleted CRM record is there again; a CRM record whose Bitrix24 record is gone stays without it, or gets a new
     * one. Throws as `confirm` does, and 409 `value_taken`.
     */
    async restore(decision: Decision, id: number): Promise<HeldRow> {
      if (decision.recreate) await requireActive(decision.tenantId);
      try {
        const [row] = await restoreIds(decision, [id], priorities.interactive);
        return row ?? (await refuse(decision.tenantId, id));
      } catch (error) {
        throw error instanceof UniqueConstraintError ? valueTaken(error) : error;
      }
    },

    /** Takes all of a kind (or of every kind) back; what cannot be taken back is named and goes on waiting. Repeat-safe. */
    async restoreAll(decision: Decision, entity: Entity | null): Promise<{ restored: number; failed: NotRestored[] }> {
      if (decision.recreate) await requireActive(decision.tenantId);
      const failed: NotRestored[] = [];
      let restored = 0;
      for (const ids of portionsOf(await listHeldIds(db, decision.tenantId, entity))) {
        restored += await restorePortion(decision, ids, failed);
      }
      return { restored, failed };
    },
  };

  function confirmIds(decision: Decision, ids: number[], priority: number): Promise<HeldRow[]> {
    return retryingTransaction(db, async (transaction) => {
      const { tenantId, actor } = decision;
      const rows = await decideHeld(db, tenantId, { ids, state: 'confirmed', actor }, transaction);
      await saveLog(db, tenantId, linesOf(rows, 'confirm', actor), transaction);
      const requests = rows.map((row): QueueRequest => {
        const side = vanishedSide[row.action];
        const recordId = side === 'local' ? row.local_id : Number(row.bitrix24_id);
        return { tenantId, entity: row.entity, side, recordId, reason: 'confirmed', priority };
      });
      await enqueue(db, requests, transaction);
      return rows;
    });
  }

  /** Halves a portion that cannot be put back as a whole, until the records that cannot are alone. */
  async function restorePortion(decision: Decision, ids: number[], failed: NotRestored[]): Promise<number> {
    try {
      return (await restoreIds(decision, ids, priorities.run)).length;
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      const [id] = ids;
      if (ids.length === 1 && id !== undefined) {
        const taken = valueTaken(error);
        failed.push({ id, code: taken.code, error: taken });
        return 0;
      }
      const half = Math.ceil(ids.length / 2);
      const first = await restorePortion(decision, ids.slice(0, half), failed);
      return first + (await restorePortion(decision, ids.slice(half), failed));
    }
  }

  function restoreIds(decision: Decision, ids: number[], priority: number): Promise<HeldRow[]> {
    return retryingTransaction(db, async (transaction) => {
      const { tenantId, actor, recreate } = decision;
      const rows = await decideHeld(db, tenantId, { ids, state: 'restored', actor }, transaction);
      for (const entity of entities) {
        const own = rows.filter((row) => row.entity === entity);
        const deletedHere = own.filter(({ action }) => vanishedSide[action] === 'local');
        const kind = { tenantId, entity };
        await bringBack(kind, deletedHere, transaction);
        const deletedThere = own.filter(({ action }) => vanishedSide[action] === 'bitrix24');
        await setStates(kind, deletedThere, recreate ? 'unlinked' : 'orphaned', transaction);
        const row = { tenantId, entity, side: 'local', reason: 'recreate', priority } as const;
        const anew = recreate ? deletedThere.map(({ local_id: recordId }) => ({ ...row, recordId })) : [];
        await enqueue(db, anew, transaction);
      }
      await saveLog(db, tenantId, linesOf(rows, 'restore', actor), transaction);
      return rows;
    });
  }

  /** A row that another program removed outright cannot come back: its Bitrix24 record stays, without the link. */
  async function bringBack(kind: LocalTarget, rows: HeldRow[], transaction: Transaction): Promise<void> {
    const ids = rows.map((row) => row.local_id);
    if (ids.length === 0) return;
    const there = await undeleteLocal(db, kind, ids, transaction);
    const removed = rows.filter((row) => !there.has(row.local_id));
    await setStates(kind, removed, 'unlinked', transaction);
  }

  async function setStates(
    { tenantId, entity }: LocalTarget,
    rows: HeldRow[],
    state: 'unlinked' | 'orphaned',
    transaction: Transaction,
  ): Promise<void> {
    if (rows.length === 0) return;
    const mappings = await queryRows<{ id: number }>(
      db,
      `select m.id from bitrix24_sync_mappings m
         join jsonb_to_recordset($rows::jsonb) as r (local_id integer, bitrix24_id text)
           on r.local_id = m.local_id and r.bitrix24_id = m.bitrix24_id
        where m.tenant_id = $tenantId and m.local_type = $entity and m.state = 'linked'`,
      { tenantId, entity, rows: JSON.stringify(rows) },
      transaction,
    );
    const ids = mappings.map(({ id }) => id);
    await setMappingState(db, tenantId, { ids, state }, transaction);
  }

  async function refuse(tenantId: number, id: number): Promise<never> {
    if (!(await findHeld(db, tenantId, id))) throw notFound();
    throw new AppError({
      code: 'already_decided',
      status: 409,
      text: { ru: 'Об этом удалении уже решено', en: 'This deletion has been decided already' },
    });
  }
}

function linesOf(rows: readonly HeldRow[], operation: 'confirm' | 'restore', actor: string): LogLine[] {
  return rows.map((row) => ({
    entity: row.entity,
    localId: row.local_id,
    remoteId: Number(row.bitrix24_id),
    runId: null,
    direction: vanishedSide[row.action] === 'local' ? 'to_bitrix' : 'from_bitrix',
    operation,
    changes: {},
    durationMs: 0,
    actor,
  }));
}

function* portionsOf(ids: readonly number[]): Generator<number[]> {
  for (let start = 0; start < ids.length; start += portion) yield ids.slice(start, start + portion);
}

function valueTaken(cause: unknown): AppError {
  return new AppError({
    code: 'value_taken',
    status: 409,
    text: {
      ru: 'Такой же IMEI или номер договора уже есть у другой записи. Измените его там и верните запись ещё раз',
      en: 'Another record has the same IMEI or contract number by now. Change it there and put the record back again',
    },
    cause,
  });
}
