import type { Transaction } from 'sequelize';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import { AppError } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { type LogLine, saveLog } from '../sync/journal/sync-log.ts';
import { moveToCompany } from '../sync/load/first-links.ts';
import { enqueueOtherContracts } from '../sync/queue/enqueue-clients.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';

export interface ClientMergeDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  requireActive: RequireActive;
}

/** Contracts that a person has linked with one company of their client. */
export interface ClientMerge {
  tenantId: number;
  actor: string;
  companyId: number;
  contractIds: readonly number[];
}

interface LinkedContract {
  id: number;
  number: string;
  key: string | null;
  company: string;
}

/**
 * Moves the links of a client's contracts to one of its companies; differing values follow the tenant's rule. The other companies stay in
 * the portal as they are, for a person to merge there. Returns how many links were moved. Throws 409 `contract_not_linked` or
 * `not_one_client`, 404 `company_gone`, and what `requireActive` throws; then nothing is changed. Repeat-safe.
 */
export async function mergeClient(
  { db, clientFor, requireActive }: ClientMergeDeps,
  merge: ClientMerge,
): Promise<number> {
  const { tenantId, companyId, actor } = merge;
  await requireActive(tenantId);
  const client = await clientFor(tenantId);
  if (!(await client.find('contract', companyId, { urgency: 'interactive' }))) throw companyGone(companyId);
  return retryingTransaction(db, async (transaction) => {
    const moved = (await checkContracts(db, merge, transaction)).filter(({ company }) => company !== String(companyId));
    const ids = moved.map(({ id }) => id);
    await moveToCompany(db, tenantId, { contractIds: ids, companyId }, transaction);
    const former = [...new Set(moved.map(({ company }) => Number(company)))];
    await enqueueOtherContracts(db, tenantId, { companies: former, except: ids }, transaction);
    const row = {
      tenantId,
      entity: 'contract',
      side: 'local',
      reason: 'asked',
      priority: priorities.interactive,
    } as const;
    await enqueue(
      db,
      ids.map((recordId) => ({ ...row, recordId })),
      transaction,
    );
    const lines = moved.map((contract) => lineOf(contract, companyId, actor));
    await saveLog(db, tenantId, lines, transaction);
    return moved.length;
  });
}

/** The contracts asked for, when all are linked and of the client that the company stands for. */
async function checkContracts(
  db: Database,
  { tenantId, companyId, contractIds }: ClientMerge,
  transaction: Transaction,
): Promise<LinkedContract[]> {
  const linked = await queryRows<LinkedContract>(
    db,
    `select c.id, c.number, axenta_client_key(c.client_inn, c.client_kpp) as key, m.bitrix24_id as company
       from bitrix24_sync_mappings m join contracts c on c.tenant_id = m.tenant_id and c.id = m.local_id and c.deleted_at is null
      where m.tenant_id = $tenantId and m.local_type = 'contract' and m.state = 'linked'
        and (m.local_id = any($ids::integer[]) or m.bitrix24_id = $company)
      order by c.id for update of m`,
    { tenantId, ids: contractIds, company: String(companyId) },
    transaction,
  );
  const asked = linked.filter(({ id }) => contractIds.includes(id));
  const missing = contractIds.filter((id) => !asked.some((contract) => contract.id === id));
  if (missing.length > 0) throw contractNotLinked(missing);
  const keys = new Set(linked.filter(({ company }) => company === String(companyId)).map(({ key }) => key));
  const strangers = asked.filter(({ key }) => key === null || !keys.has(key));
  if (strangers.length > 0) throw notOneClient(companyId, strangers);
  return asked;
}

function lineOf({ id, company }: LinkedContract, companyId: number, actor: string): LogLine {
  return {
    entity: 'contract',
    localId: id,
    remoteId: companyId,
    runId: null,
    direction: 'bidirectional',
    operation: 'move',
    changes: { company: { before: company, after: String(companyId) } },
    durationMs: 0,
    actor,
  };
}

function companyGone(companyId: number): AppError {
  return new AppError({
    code: 'company_gone',
    status: 404,
    text: {
      ru: `В Битрикс24 нет компании ${companyId}. Обновите список и выберите другую`,
      en: `Bitrix24 has no company ${companyId}. Reload the list and choose another`,
    },
  });
}

function contractNotLinked(ids: readonly number[]): AppError {
  return new AppError({
    code: 'contract_not_linked',
    status: 409,
    text: {
      ru: `Договоры ${ids.join(', ')} не связаны с компаниями Битрикс24 или удалены. Обновите список`,
      en: `The contracts ${ids.join(', ')} are not linked with Bitrix24 companies, or are deleted. Reload the list`,
    },
    details: { contract_ids: ids },
  });
}

function notOneClient(companyId: number, strangers: readonly LinkedContract[]): AppError {
  const numbers = strangers.map(({ number }) => number).join(', ');
  return new AppError({
    code: 'not_one_client',
    status: 409,
    text: {
      ru: `Договоры ${numbers} — другого клиента, чем у компании ${companyId}: ИНН и КПП должны совпадать. Исправьте их в договорах или выберите другую компанию`,
      en: `The contracts ${numbers} are of another client than company ${companyId}: INN and KPP must be the same. Correct them in the contracts, or choose another company`,
    },
    details: { contract_ids: strangers.map(({ id }) => id) },
  });
}
