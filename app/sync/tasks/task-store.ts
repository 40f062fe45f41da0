import type { Transaction } from 'sequelize';
import type { PortalTask, TaskStatus } from '../../bitrix24/portal-task.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** A row of `object_tasks`. */
export interface TaskRow {
  id: number;
  tenant_id: number;
  object_id: number;
  deal_id: number;
  bitrix24_id: number | null;
  mark: string;
  title: string;
  description: string | null;
  deadline: Date | null;
  responsible_id: number;
  responsible_name: string | null;
  status: TaskStatus | 'sending' | 'refused' | 'gone';
  requested_by: string | null;
  error: { code: string; ru: string; en: string } | null;
  attempts: number;
  notices: number;
  sent_at: Date;
  look_at: Date | null;
  changed_at: Date | null;
  closed_at: Date | null;
  created_at: Date;
}

/** What is asked for. */
export interface TaskRequest {
  tenantId: number;
  objectId: number;
  dealId: number;
  title: string;
  description: string | null;
  deadline: Date | null;
  responsibleId: number;
  requestedBy: string;
}

/** Stores a task before it is sent; `lookAt` is when it is looked for if no answer comes. */
export async function insertTask(
  db: Database,
  request: TaskRequest,
  { mark, sentAt, lookAt }: { mark: string; sentAt: Date; lookAt: Date },
): Promise<TaskRow> {
  const [row] = await queryRows<TaskRow>(
    db,
    `insert into object_tasks (tenant_id, object_id, deal_id, mark, title, description, deadline, responsible_id, requested_by,
            sent_at, look_at)
     values ($tenantId, $objectId, $dealId, $mark, $title, $description, $deadline, $responsibleId, $requestedBy, $sentAt, $lookAt)
     returning *`,
    { ...request, mark, sentAt, lookAt },
  );
  if (!row) throw new Error('The task was not stored');
  return row;
}

/** Stores how a task looks in the portal. A notice that came since the row was read keeps its time of the next look. */
export async function saveTask(
  db: Database,
  row: Pick<TaskRow, 'id' | 'notices'>,
  task: PortalTask,
  nextLook: Date | null,
): Promise<TaskRow> {
  const [saved] = await queryRows<TaskRow>(
    db,
    `update object_tasks
        set bitrix24_id = $bitrix24Id, title = left($title, 255), deadline = $deadline, responsible_id = $responsibleId,
            responsible_name = $responsibleName, status = $status, changed_at = $changedAt, closed_at = $closedAt,
            error = null, attempts = 0, updated_at = now(),
            look_at = case when notices = $notices then $nextLook else look_at end
      where id = $id returning *`,
    {
      id: row.id,
      notices: row.notices,
      nextLook,
      bitrix24Id: task.id,
      title: task.title,
      deadline: task.deadline,
      responsibleId: task.responsibleId,
      responsibleName: task.responsibleName,
      status: task.status,
      changedAt: task.changedAt,
      closedAt: task.closedAt,
    },
  );
  if (!saved) throw new Error('The task is not stored any more');
  return saved;
}

/** The portal does not show the task any more. */
export async function saveGone(db: Database, row: TaskRow, nextLook: Date | null): Promise<void> {
  await queryRows(
    db,
    `update object_tasks set status = 'gone', error = null, attempts = 0, updated_at = now(),
            look_at = case when notices = $notices then $nextLook else look_at end
      where id = $id`,
    { id: row.id, notices: row.notices, nextLook },
  );
}

/** A look or an add that failed: it is tried again at `nextLook`; null: a person has to ask anew. */
export async function saveFailure(
  db: Database,
  row: TaskRow,
  { error, nextLook }: { error: NonNullable<TaskRow['error']>; nextLook: Date | null },
): Promise<void> {
  await queryRows(
    db,
    `update object_tasks set error = $error::jsonb, attempts = least(attempts + 1, 1000), look_at = $nextLook, updated_at = now(),
            status = case when $nextLook::timestamptz is null then 'refused' else status end
      where id = $id`,
    { id: row.id, error: JSON.stringify(error), nextLook },
  );
}

/** Notes that a task is sent once more; false when another process did so meanwhile. */
export async function noteSent(
  db: Database,
  row: TaskRow,
  { sentAt, lookAt }: { sentAt: Date; lookAt: Date },
): Promise<boolean> {
  const taken = await queryRows(
    db,
    `update object_tasks set sent_at = $sentAt, look_at = $lookAt, attempts = least(attempts + 1, 1000), updated_at = now()
      where id = $id and bitrix24_id is null and attempts = $attempts returning id`,
    { id: row.id, attempts: row.attempts, sentAt, lookAt },
  );
  return taken.length > 0;
}

/** Sets when a task without an answer is looked for. */
export async function setLook(db: Database, id: number, lookAt: Date): Promise<void> {
  await queryRows(db, 'update object_tasks set look_at = $lookAt where id = $id and bitrix24_id is null', {
    id,
    lookAt,
  });
}

/** What the portal refused leaves nothing behind. */
export async function forgetTask(db: Database, id: number): Promise<void> {
  await queryRows(db, 'delete from object_tasks where id = $id', { id });
}

/** Forgets the tasks of a portal that the tenant has left. Repeat-safe. */
export async function forgetTasks(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(db, 'delete from object_tasks where tenant_id = $tenantId', { tenantId }, transaction);
}

/** Tasks of a tenant that are to be looked at by `now`, the longest due first; none while its portal may not be asked. */
export function listDueTasks(db: Database, tenantId: number, now: Date, limit: number): Promise<TaskRow[]> {
  return queryRows<TaskRow>(
    db,
    `select t.* from object_tasks t join bitrix24_effective_connections e using (tenant_id)
      where tenant_id = $tenantId and t.look_at <= $now and e.state = 'active' order by look_at, t.id limit $limit`,
    { tenantId, now, limit },
  );
}

/** Tenants with tasks to be looked at, whose portal may be asked. */
export async function listTenantsWithDueTasks(db: Database, now: Date): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select distinct t.tenant_id as id from object_tasks t join bitrix24_effective_connections e using (tenant_id)
      where t.look_at <= $now and e.state = 'active' and (e.paused_until is null or e.paused_until <= $now)`,
    { now },
  );
  return rows.map(({ id }) => id);
}

/** The portal told of a change: of the tenants, those that know the task look at it now. Returns their ids. Repeat-safe. */
export async function noteTaskEvent(db: Database, tenantIds: readonly number[], bitrix24Id: number): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `update object_tasks set notices = notices + 1, look_at = now()
      where tenant_id = any($tenantIds) and bitrix24_id = $bitrix24Id returning tenant_id as id`,
    { tenantIds, bitrix24Id },
  );
  return rows.map(({ id }) => id);
}

/** Ids of these that the tenant knows already. */
export async function knownTaskIds(db: Database, tenantId: number, ids: readonly number[]): Promise<Set<number>> {
  const rows = await queryRows<{ id: number }>(
    db,
    'select bitrix24_id as id from object_tasks where tenant_id = $tenantId and bitrix24_id = any($ids)',
    { tenantId, ids },
  );
  return new Set(rows.map(({ id }) => id));
}

/** One page of an object's tasks, the newest first. */
export async function listTasks(
  db: Database,
  { tenantId, objectId }: { tenantId: number; objectId: number },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: TaskRow[]; total: number }> {
  const where = 'tenant_id = $tenantId and object_id = $objectId';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from object_tasks where ${where}`,
    { tenantId, objectId },
  );
  const rows = await queryRows<TaskRow>(
    db,
    `select * from object_tasks where ${where} order by id desc limit $limit offset $offset`,
    { tenantId, objectId, limit, offset },
  );
  return { rows, total: counted?.total ?? 0 };
}
