import type { Bitrix24Error } from './errors.ts';
import type { Urgency } from './limits/bucket.ts';

/** Where a task stands, as REST v3 names it (tasks-task-add-rest-v3.md, 2026-08). */
export type TaskStatus = 'pending' | 'in_progress' | 'supposedly_completed' | 'completed' | 'deferred' | 'declined';

/** A task as the portal shows it. */
export interface PortalTask {
  id: number;
  title: string;
  description: string | null;
  status: TaskStatus;
  deadline: Date | null;
  responsibleId: number;
  responsibleName: string | null;
  changedAt: Date | null;
  closedAt: Date | null;
  /** XML_ID. */
  mark: string | null;
  /** Deals among what it is bound to. */
  dealIds: number[];
}

/** A task to be made in a deal. */
export interface NewTask {
  title: string;
  description: string | null;
  deadline: Date | null;
  /** Id of an employee of the portal. */
  responsibleId: number;
  dealId: number;
  /** Becomes XML_ID: an add whose answer was lost is found by it. */
  mark: string;
}

/** Who waits for the portal, and when it is not waited for any more. */
export interface TaskCallOptions {
  urgency?: Urgency;
  signal?: AbortSignal;
}

/** What the portal said of one task that was asked for. `gone`: deleted, or hidden from us; the portal says the same of both. */
export type TaskAnswer =
  | { state: 'present'; task: PortalTask }
  | { state: 'gone' }
  | { state: 'failed'; error: Bitrix24Error };

/** Tasks of a portal. A moment without a zone of its own is in the portal's, `offsetMin` minutes east of UTC. */
export interface TaskApi {
  /** Makes one task (tasks-task-add.md, 2026-08). Throws `Bitrix24Error`; an uncertain one may have made it. */
  add(task: NewTask, offsetMin: number, options?: TaskCallOptions): Promise<PortalTask>;
  /**
   * Tasks of a deal that were made at or after a moment, in the order of their ids. XML_ID is no filter of the list, so its caller
   * compares it (tasks-task-list.md, 2026-08).
   */
  ofDeal(dealId: number, madeSince: Date, offsetMin: number, options?: TaskCallOptions): Promise<PortalTask[]>;
  /** Each task by itself, fifty a request: the list has pages, and its filter by ids is not documented. */
  each(ids: readonly number[], offsetMin: number, options?: TaskCallOptions): Promise<Map<number, TaskAnswer>>;
}
