import type { AppRecord } from './apps.ts';

/** The three kinds of CRM record that the simulated portal keeps. */
export type RecordKind = 'deal' | 'contact' | 'company';

export const entityTypeIds: Record<RecordKind, number> = { deal: 2, contact: 3, company: 4 };

/** Who calls: one credential of the portal and the person it acts for. */
export interface Caller {
  /** Stable key for limits and the journal, such as `webhook:1:ab12` (never the whole secret). */
  credential: string;
  userId: number;
  isAdmin: boolean;
  scopes: string[];
  /** The application whose token it is; absent for a webhook. */
  app?: AppRecord;
}

/** What a method answers; `total` and `next` stand beside `result` in the envelope. */
export interface MethodAnswer {
  result: unknown;
  total?: number;
  next?: number;
}

export interface CallContext {
  caller: Caller;
  /** The portal's present time in ms since the epoch. */
  now: number;
}

export interface RestMethod {
  /** Scope that the caller needs, one of them for a list; absent: any caller. */
  scope?: string | readonly string[];
  /** Refused to webhooks: `WRONG_AUTH_TYPE`. */
  appOnly?: boolean;
  /** Whether the call changes data. */
  write: boolean;
  run(params: Record<string, unknown>, context: CallContext): MethodAnswer | Promise<MethodAnswer>;
}

/** Methods by their lower-case name. */
export type MethodTable = Record<string, RestMethod>;

/** An error as the wire carries it: HTTP status, code (possibly empty) and description. */
export class RestError extends Error {
  status: number;
  code: string | number;
  description: string;
  /** What else the body carries. */
  extra: Record<string, unknown>;

  constructor(status: number, code: string | number, description: string, extra: Record<string, unknown> = {}) {
    super(`${code}: ${description}`);
    this.status = status;
    this.code = code;
    this.description = description;
    this.extra = extra;
  }
}

/** What the portal tells its subscribers of. */
export interface PortalEvent {
  /** Upper case. */
  event: string;
  data?: Record<string, unknown>;
  /** Whose doing it is; 0: a robot's. */
  userId: number;
  /** `auth_connector` of the call that caused it. */
  connector?: string | undefined;
  /** Whether a subscriber is not told, because the record is closed to this user; absent: everybody is told. */
  isHiddenFrom?(userId: number): boolean;
}

/** A change of a record. */
export interface RecordChange {
  kind: RecordKind;
  change: 'ADD' | 'UPDATE' | 'DELETE';
  id: number;
  userId: number;
  /** No subscriber is told. */
  isSilent?: boolean;
  /** Of a deal that came to another funnel. */
  movedTo?: { categoryId: number; stageId: string };
}

export interface JournalEntry {
  seq: number;
  /** RFC 3339. */
  at: string;
  /** `fault`: a request or command that went wrong by a rule and was not executed as it was asked. */
  kind: 'call' | 'event' | 'fault';
  /** Method name, or event name for deliveries. */
  method: string;
  params: unknown;
  /** Same for all commands of one batch request, and for the batch's own entry. */
  batchId?: string;
  credential?: string;
  /** HTTP status that was answered (call) or received (event); 0 when there was none. */
  status: number;
  error?: string;
  ms: number;
  write: boolean;
}
