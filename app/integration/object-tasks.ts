import type { CallOptions } from '../bitrix24/client.ts';
import type { TaskStatus } from '../bitrix24/portal-task.ts';
import { readMoment } from '../bitrix24/task-codec.ts';
import { type Page, offsetOf as rowsBefore } from '../http/paging.ts';
import { type Language, notFound, type Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { makeTask, offsetOf, type TaskDeps } from '../sync/tasks/make-task.ts';
import { dealWithoutObject, objectWithoutDeal } from '../sync/tasks/task-errors.ts';
import { listTasks, type TaskRow } from '../sync/tasks/task-store.ts';
import { findCardMapping } from './cards.ts';

export interface ObjectTaskDeps extends TaskDeps {
  /** `host[:port]` of the tenant's portal; null without one. */
  portalOf(tenantId: number): Promise<string | null>;
}

/** What a caller asks for; the schema has looked at its form. */
export interface TaskInput {
  title: string;
  description?: string | null | undefined;
  /** RFC 3339; without a zone it is in the portal's. */
  deadline?: string | null | undefined;
  /** An employee of the portal; absent: who is responsible for the deal. */
  responsible_id?: number | undefined;
}

export interface ObjectPlace {
  tenantId: number;
  objectId: number;
}

/** Makes a task in the deal of an object. Throws AppError `not_found`, `object_without_deal`, and what `makeTask` throws. */
export async function addObjectTask(
  deps: ObjectTaskDeps,
  { tenantId, objectId }: ObjectPlace,
  { input, requestedBy }: { input: TaskInput; requestedBy: string },
  options: CallOptions,
): Promise<TaskRow> {
  await requireObject(deps.db, { tenantId, objectId });
  const dealId = await dealOf(deps.db, { tenantId, objectId });
  const responsibleId = input.responsible_id ?? (await responsibleOf(deps, tenantId, dealId, options));
  const request = {
    ...{ tenantId, objectId, dealId, responsibleId, requestedBy },
    title: input.title,
    description: input.description || null,
    deadline: readMoment(input.deadline, await offsetOf(deps, tenantId)),
  };
  return makeTask(deps, request, options);
}

/** One page of an object's tasks, the newest first. Throws `not_found`. */
export async function listObjectTasks(deps: ObjectTaskDeps, place: ObjectPlace, page: Page) {
  await requireObject(deps.db, place);
  return listTasks(deps.db, place, { limit: page.limit, offset: rowsBefore(page) });
}

/** The object behind a deal; null when none stands there. */
export async function objectOfDeal(db: Database, tenantId: number, dealId: number): Promise<number | null> {
  const mapping = await findCardMapping({ db }, { tenantId, type: 'deal', id: dealId });
  return mapping?.state === 'linked' ? mapping.local_id : null;
}

/** The object behind a deal. Throws `deal_without_object`. */
export async function requireObjectOfDeal(db: Database, tenantId: number, dealId: number): Promise<number> {
  const objectId = await objectOfDeal(db, tenantId, dealId);
  if (objectId === null) throw dealWithoutObject();
  return objectId;
}

async function requireObject(db: Database, { tenantId, objectId }: ObjectPlace): Promise<void> {
  const sql = 'select 1 from objects where tenant_id = $tenantId and id = $objectId and deleted_at is null';
  if ((await queryRows(db, sql, { tenantId, objectId })).length === 0) throw notFound();
}

async function dealOf(db: Database, { tenantId, objectId }: ObjectPlace): Promise<number> {
  const [row] = await queryRows<{ id: string }>(
    db,
    `select bitrix24_id as id from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = 'object' and local_id = $objectId and state = 'linked'`,
    { tenantId, objectId },
  );
  if (!row) throw objectWithoutDeal();
  return Number(row.id);
}

/** Who is responsible for the deal, or whom the connection works as. */
async function responsibleOf(
  deps: ObjectTaskDeps,
  tenantId: number,
  dealId: number,
  options: CallOptions,
): Promise<number> {
  const client = await deps.clientFor(tenantId);
  const deal = await client.find('object', dealId, options);
  if (!deal) throw objectWithoutDeal();
  const assigned = Number(deal.fields.ASSIGNED_BY_ID);
  return assigned > 0 ? assigned : (await client.profile(options)).id;
}

const statusTexts: Record<TaskStatus | 'sending' | 'refused' | 'gone', Text> = {
  sending: { ru: 'создаётся', en: 'being made' },
  refused: { ru: 'не создана', en: 'not made' },
  gone: { ru: 'удалена или недоступна', en: 'deleted or hidden' },
  pending: { ru: 'ждёт выполнения', en: 'waits' },
  in_progress: { ru: 'выполняется', en: 'in progress' },
  supposedly_completed: { ru: 'ждёт контроля', en: 'waits for approval' },
  completed: { ru: 'завершена', en: 'completed' },
  deferred: { ru: 'отложена', en: 'deferred' },
  declined: { ru: 'отклонена', en: 'declined' },
};

/** A task as callers see it. `portal` is where its page is. Pure. */
export function presentTask(row: TaskRow, portal: string | null, language: Language) {
  const { bitrix24_id: id, responsible_id: responsibleId, error } = row;
  return {
    id: row.id,
    object_id: row.object_id,
    deal_id: row.deal_id,
    bitrix24_id: id,
    title: row.title,
    description: row.description,
    status: row.status,
    status_text: statusTexts[row.status][language],
    deadline: row.deadline?.toISOString() ?? null,
    responsible: { id: responsibleId, name: row.responsible_name },
    url: id && portal ? `https://${portal}/company/personal/user/${responsibleId}/tasks/task/view/${id}/` : null,
    requested_by: row.requested_by,
    created_at: row.created_at.toISOString(),
    changed_at: row.changed_at?.toISOString() ?? null,
    closed_at: row.closed_at?.toISOString() ?? null,
    /** Why the portal's task was not made, or not read lately. */
    error: error && { code: error.code, error: error[language] },
  };
}
