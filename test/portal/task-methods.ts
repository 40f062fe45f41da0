import { splitKey } from './list-filter.ts';
import type { PortalSwitches } from './switches.ts';
import type { StoredTask, TaskFields, Tasks } from './tasks.ts';
import { type MethodTable, RestError } from './types.ts';
import type { Users } from './users.ts';
import { toWireTime } from './wire-time.ts';

type Params = Record<string, unknown>;

const pageSize = 50;

/** What may be bound: leads, contacts, companies, deals, dynamic items, invoices (api-reference/tasks/fields.md, 2026-08). */
const crmCode = /^(L|C|CO|D|SI|T[0-9a-f]+)_\d+$/;
const userFields = ['UF_CRM_TASK', 'UF_TASK_WEBDAV_FILES', 'UF_MAIL_MESSAGE'];

/** `tasks.task.*` of the second version: upper snake case in requests, lower camel case and texts in answers (api-reference/tasks/, 2026-08). */
export function makeTaskMethods(tasks: Tasks, users: Users, switches: PortalSwitches): MethodTable {
  const toWire = (task: StoredTask, select: readonly string[]) => wireOf(task, select, { tasks, users, switches });
  const find = (params: Params, userId: number): StoredTask => {
    const id = Number(params.taskId);
    if (!(id > 0))
      throw new RestError(
        400,
        100,
        'CTaskItem All parameters in the constructor must have real class type (internal error)',
      );
    const task = tasks.list().find((one) => one.id === id && tasks.isVisible(one, userId));
    if (!task) throw new RestError(400, 0, 'wrong task id');
    return task;
  };
  return {
    'tasks.task.add': {
      scope: 'task',
      write: true,
      run(params, { caller: { userId } }) {
        const fields = readFields((params.fields ?? {}) as Params, switches.offsetMinutes);
        if (!fields.title) throw refused('Не указано название задачи');
        checkResponsible(fields, users);
        return { result: { task: toWire(tasks.create(fields, userId), []) } };
      },
    },
    'tasks.task.get': {
      scope: 'task',
      write: false,
      run: (params, { caller: { userId } }) => ({
        result: { task: toWire(find(params, userId), namesOf(params.select)) },
      }),
    },
    'tasks.task.update': {
      scope: 'task',
      write: true,
      run(params, { caller: { userId } }) {
        const { id } = find(params, userId);
        const fields = readFields((params.fields ?? {}) as Params, switches.offsetMinutes);
        if (fields.responsibleId !== undefined) checkResponsible(fields, users);
        return { result: { task: toWire(tasks.update(id, fields, userId), []) } };
      },
    },
    'tasks.task.delete': {
      scope: 'task',
      write: true,
      run(params, { caller: { userId } }) {
        tasks.remove(find(params, userId).id, userId);
        return { result: { task: true } };
      },
    },
    'tasks.task.list': {
      scope: 'task',
      write: false,
      run(params, { caller: { userId } }) {
        const fits = conditionsOf((params.filter ?? {}) as Params);
        const visible = tasks.list().filter((task) => tasks.isVisible(task, userId));
        const found = visible.filter((task) => fits.every((condition) => condition(task))).sort((a, b) => a.id - b.id);
        const start = Math.max(0, Math.floor(Number(params.start ?? 0) / pageSize) * pageSize);
        const rows = found.slice(start, start + pageSize).map((task) => toWire(task, namesOf(params.select)));
        const next = start + pageSize;
        return { result: { tasks: rows }, total: found.length, ...(next < found.length && { next }) };
      },
    },
  };
}

function refused(text: string): RestError {
  return new RestError(400, 'ERROR_CORE', `${text}<br>`);
}

function checkResponsible({ responsibleId }: TaskFields, users: Users): void {
  if (!responsibleId) throw refused('Не указан ответственный');
  if (!users.list().some(({ id, isActive }) => id === responsibleId && isActive))
    throw refused('Пользователь, указанный в поле «Ответственный», не найден');
}

function readFields(fields: Params, offsetMinutes: number): TaskFields {
  const codes = fields.UF_CRM_TASK;
  return {
    ...(fields.TITLE !== undefined && { title: String(fields.TITLE).trim() }),
    ...(fields.DESCRIPTION !== undefined && { description: String(fields.DESCRIPTION) }),
    ...(fields.STATUS !== undefined && { status: Number(fields.STATUS) }),
    ...(fields.DEADLINE !== undefined && { deadline: readMoment(String(fields.DEADLINE), offsetMinutes) }),
    ...(fields.RESPONSIBLE_ID !== undefined && { responsibleId: Number(fields.RESPONSIBLE_ID) }),
    ...(fields.XML_ID !== undefined && { xmlId: String(fields.XML_ID) }),
    ...(codes !== undefined && {
      crm: [codes]
        .flat()
        .map(String)
        .filter((code) => crmCode.test(code)),
    }),
  };
}

/** A moment without an offset is in the portal's own zone. */
function readMoment(text: string, offsetMinutes: number): number | null {
  if (text === '') return null;
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = Date.parse(hasOffset ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw refused('Неверный крайний срок');
  return hasOffset ? ms : ms - offsetMinutes * 60_000;
}

/** Filters of the list; what it does not know, such as XML_ID, is passed over silently. */
const readers: Record<string, (task: StoredTask) => number | string | string[]> = {
  ID: ({ id }) => id,
  TITLE: ({ title }) => title,
  STATUS: ({ status }) => status,
  RESPONSIBLE_ID: ({ responsibleId }) => responsibleId,
  CREATED_BY: ({ createdBy }) => createdBy,
  // Moments are compared as numbers of whole seconds.
  CREATED_DATE: ({ createdAt }) => Math.floor(createdAt / 1000),
  CHANGED_DATE: ({ changedAt }) => Math.floor(changedAt / 1000),
  UF_CRM_TASK: ({ crm }) => crm,
};

function conditionsOf(filter: Params): ((task: StoredTask) => boolean)[] {
  return Object.entries(filter).flatMap(([key, wanted]) => {
    const { operator, name } = splitKey(key);
    const read = readers[name];
    if (!read) return [];
    const isMoment = name.endsWith('_DATE');
    const value = isMoment ? Math.floor(Date.parse(String(wanted)) / 1000) : String(wanted);
    return [
      (task: StoredTask) => {
        const own = read(task);
        if (Array.isArray(own)) return own.includes(String(value));
        if (operator === '=') return String(own) === String(value);
        const difference = Number(own) - Number(value);
        if (operator === '>=') return difference >= 0;
        if (operator === '>') return difference > 0;
        if (operator === '<=') return difference <= 0;
        return operator === '<' ? difference < 0 : String(own) !== String(value);
      },
    ];
  });
}

function namesOf(select: unknown): string[] {
  return Array.isArray(select) ? select.map(String) : [];
}

function wireOf(
  task: StoredTask,
  select: readonly string[],
  { tasks, users, switches }: { tasks: Tasks; users: Users; switches: PortalSwitches },
): Params {
  const time = (ms: number | null) =>
    ms === null ? null : toWireTime(ms, tasks.offsetMinutes ?? switches.offsetMinutes);
  const person = (id: number) => {
    const { name, lastName } = users.get(id);
    return {
      id: String(id),
      name: `${name} ${lastName}`,
      link: `/company/personal/user/${id}/`,
      icon: '/bitrix/images/tasks/default_avatar.png',
    };
  };
  const withUserFields = userFields.some((name) => select.includes(name));
  return {
    id: String(task.id),
    title: task.title,
    description: task.description,
    status: String(task.status),
    subStatus: String(task.status),
    deadline: time(task.deadline),
    createdDate: time(task.createdAt),
    changedDate: time(task.changedAt),
    closedDate: time(task.closedAt),
    responsibleId: String(task.responsibleId),
    createdBy: String(task.createdBy),
    xmlId: tasks.hidesXmlId ? null : task.xmlId,
    groupId: '0',
    group: [],
    auditors: [],
    accomplices: [],
    creator: person(task.createdBy),
    responsible: person(task.responsibleId),
    ...(withUserFields && {
      ufCrmTask: task.crm.length > 0 ? task.crm : false,
      ufTaskWebdavFiles: false,
      ufMailMessage: null,
    }),
  };
}
