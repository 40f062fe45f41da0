import { isStall, Stall, type StallAction } from './stalls.ts';
import { type JournalEntry, RestError } from './types.ts';

export type FaultAction =
  | { kind: 'refuse'; status: number; error: string; description: string }
  | { kind: 'delay'; ms: number }
  /** A balancer's page instead of an answer. */
  | { kind: 'html'; status: number }
  /** The connection breaks before anything is done. */
  | { kind: 'dropBefore' }
  /** Everything is done, the answer is lost. */
  | { kind: 'dropAfter' }
  /** The connection breaks at once, the portal works on: what was asked for is done `ms` later. */
  | { kind: 'answerLostWhileWorking'; ms: number }
  /** An answer without its `time` key. */
  | { kind: 'noTime' }
  | { kind: 'redirect'; host: string }
  /** A list that finds nothing, whatever there is. */
  | { kind: 'emptyList' }
  | StallAction;

export interface FaultRule {
  /**
   * Matches a request's method (`batch`: the whole batch) or a command inside a batch; absent: every request. A command that is
   * refused has its error in `result_error`; one that breaks the connection takes the whole batch's answer with it, what was
   * executed before stays; `noTime` and `redirect` fit requests only.
   */
  method?: string | RegExp;
  /** Looks at the parameters. */
  when?: (params: Record<string, unknown>) => boolean;
  /** How often it strikes; absent: until it is removed. */
  times?: number;
  action: FaultAction;
}

/** Rules by which requests go wrong. */
export class Faults {
  #rules: FaultRule[] = [];
  /** Every connection is refused. */
  isDown = false;
  /**
   * What becomes of every request from now on, whatever the rules say; null: the portal answers again. Requests that hang already are
   * not answered any more.
   */
  stall: StallAction | null = null;
  /** Told of every request and command that a rule strikes. */
  onStrike: ((method: string, action: FaultAction) => void) | null = null;

  /** Adds a rule; returns what removes it. */
  add(rule: FaultRule): () => void {
    const own = { ...rule };
    this.#rules.push(own);
    return () => {
      this.#rules = this.#rules.filter((candidate) => candidate !== own);
    };
  }

  clear(): void {
    this.#rules = [];
    this.isDown = false;
    this.stall = null;
  }

  /** What happens to a request, used up by one. */
  strikeRequest(method: string, params: Record<string, unknown>): FaultAction | null {
    const struck = this.#strike(method, params, (rule) => fits(rule.method, method));
    return this.stall ?? struck;
  }

  /** What happens to a command inside a batch, used up by one. */
  strikeCommand(method: string, params: Record<string, unknown>): FaultAction | null {
    return this.#strike(
      method,
      params,
      (rule) => rule.method !== undefined && fits(rule.method, method) && !requestOnly.has(rule.action.kind),
    );
  }

  #strike(method: string, params: Record<string, unknown>, isMeant: (rule: FaultRule) => boolean): FaultAction | null {
    const rule = this.#rules.find(
      (candidate) => candidate.times !== 0 && isMeant(candidate) && (candidate.when?.(params) ?? true),
    );
    if (!rule) return null;
    if (rule.times !== undefined) rule.times -= 1;
    this.onStrike?.(method, rule.action);
    return rule.action;
  }
}

/** How the journal has what a rule did. */
export function struckEntry(method: string, action: FaultAction): Omit<JournalEntry, 'seq' | 'at'> {
  const status = 'status' in action ? action.status : 0;
  const error = action.kind === 'refuse' ? action.error : action.kind;
  return {
    kind: 'fault',
    method,
    params: {},
    status,
    error,
    ms: action.kind === 'delay' ? action.ms : 0,
    write: false,
  };
}

const requestOnly = new Set<FaultAction['kind']>(['noTime', 'redirect']);

/** The portal does not answer: the connection breaks, or a balancer's page comes instead. */
export class NoAnswer extends Error {
  /** HTTP status of the balancer's page; null: the connection breaks. */
  readonly pageStatus: number | null;

  constructor(pageStatus: number | null) {
    super(pageStatus === null ? 'The connection breaks' : `A page with status ${pageStatus}`);
    this.pageStatus = pageStatus;
  }
}

/** Throws where a fault ends a request before anything is executed. */
export function throwEarly(fault: FaultAction | null): void {
  if (fault?.kind === 'dropBefore') throw new NoAnswer(null);
  if (fault?.kind === 'html') throw new NoAnswer(fault.status);
  if (fault?.kind === 'refuse') throw new RestError(fault.status, fault.error, fault.description);
  if (isStall(fault) && !isLate(fault)) throw new Stall(fault);
}

/** Throws where a fault takes the answer away from what was executed. */
export function throwLate(fault: FaultAction | null): void {
  if (fault?.kind === 'dropAfter') throw new NoAnswer(null);
  if (isStall(fault) && isLate(fault)) throw new Stall(fault);
}

function isLate(stall: StallAction): boolean {
  return stall.kind === 'hang' && stall.executed === true;
}

/** Whether a method is meant; without a pattern every one is. */
export function fits(pattern: string | RegExp | undefined, method: string): boolean {
  if (pattern === undefined) return true;
  return typeof pattern === 'string' ? pattern.toLowerCase() === method.toLowerCase() : pattern.test(method);
}
