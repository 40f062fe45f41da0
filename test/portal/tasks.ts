import type { PortalEvent } from './types.ts';
import type { Users } from './users.ts';

export interface StoredTask {
  id: number;
  title: string;
  description: string;
  /** 2 to 7. */
  status: number;
  /** Milliseconds since the epoch; null for none. */
  deadline: number | null;
  responsibleId: number;
  createdBy: number;
  xmlId: string | null;
  /** Codes such as `D_4271`. */
  crm: string[];
  createdAt: number;
  changedAt: number;
  closedAt: number | null;
}

export type TaskFields = Partial<
  Pick<StoredTask, 'title' | 'description' | 'status' | 'deadline' | 'responsibleId' | 'xmlId' | 'crm'>
>;

const completed = 5;

/** The portal's tasks, and what its subscribers are told of them (api-reference/tasks/events-tasks/, 2026-08). */
export class Tasks {
  readonly #deps: { users: Users; now(): number; announce(event: PortalEvent): void };
  readonly #tasks = new Map<number, StoredTask>();
  #nextId = 3701;
  /** In whose zone moments are shown; null: the server's. */
  offsetMinutes: number | null = null;
  /** A portal that does not give XML_ID back. */
  hidesXmlId = false;

  constructor(deps: { users: Users; now(): number; announce(event: PortalEvent): void }) {
    this.#deps = deps;
  }

  list(): StoredTask[] {
    return [...this.#tasks.values()];
  }

  /** Throws when there is no such task. */
  get(id: number): StoredTask {
    const task = this.#tasks.get(id);
    if (!task) throw new Error(`There is no task ${id}`);
    return task;
  }

  /** What a person, or a call, does. */
  create(fields: TaskFields, userId = 1): StoredTask {
    const now = this.#deps.now();
    const task: StoredTask = {
      ...{ id: this.#nextId++, title: '', description: '', status: 2, deadline: null, responsibleId: userId },
      ...{ createdBy: userId, xmlId: null, crm: [], createdAt: now, changedAt: now, closedAt: null, ...fields },
    };
    this.#tasks.set(task.id, task);
    this.#tell('ADD', task.id, userId);
    return task;
  }

  update(id: number, fields: TaskFields, userId = 1): StoredTask {
    const task = this.get(id);
    const now = this.#deps.now();
    Object.assign(task, fields, { changedAt: now });
    task.closedAt = task.status === completed ? (task.closedAt ?? now) : null;
    this.#tell('UPDATE', id, userId);
    return task;
  }

  remove(id: number, userId = 1): void {
    this.get(id);
    this.#tasks.delete(id);
    this.#tell('DELETE', id, userId);
  }

  /** Administrators see all tasks, others their own. */
  isVisible(task: StoredTask, userId: number): boolean {
    return this.#deps.users.isAdmin(userId) || task.createdBy === userId || task.responsibleId === userId;
  }

  #tell(change: 'ADD' | 'UPDATE' | 'DELETE', id: number, userId: number): void {
    const fields = { ID: String(id) };
    const data = {
      FIELDS_BEFORE: change === 'ADD' ? 'undefined' : fields,
      FIELDS_AFTER: change === 'DELETE' ? 'undefined' : fields,
      IS_ACCESSIBLE_BEFORE: change === 'ADD' ? 'N' : 'undefined',
      IS_ACCESSIBLE_AFTER: change === 'DELETE' ? 'N' : 'undefined',
    };
    this.#deps.announce({ event: `ONTASK${change}`, data, userId });
  }
}
