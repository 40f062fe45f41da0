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
  /** Scope that the caller needs; absent: any caller. */
  scope?: string;
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

  constructor(status: number, code: string | number, description: string) {
    super(`${code}: ${description}`);
    this.status = status;
    this.code = code;
    this.description = description;
  }
}

/** A change of a record that the portal tells its subscribers of. */
export interface RecordChange {
  kind: RecordKind;
  change: 'ADD' | 'UPDATE' | 'DELETE';
  id: number;
  userId: number;
}

export interface JournalEntry {
  seq: number;
  /** RFC 3339. */
  at: string;
  kind: 'call' | 'event';
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
