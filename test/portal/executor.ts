import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchAnswer, readCommands } from './batch.ts';
import { callScope } from './call-scope.ts';
import { type FaultAction, type Faults, NoAnswer, throwEarly, throwLate } from './faults.ts';
import type { Journal } from './journal.ts';
import { type LatencyProfile, secondsOf } from './latency.ts';
import type { PortalLimits } from './limits.ts';
import type { Params } from './params.ts';
import type { PortalSwitches } from './switches.ts';
import { type Caller, type MethodAnswer, type MethodTable, RestError, type RestMethod } from './types.ts';
import { toWireTime } from './wire-time.ts';

export interface ExecutorDeps {
  methods: MethodTable;
  limits: PortalLimits;
  faults: Faults;
  journal: Journal;
  switches: PortalSwitches;
  latency: LatencyProfile;
  now(): number;
}

export interface Executed extends MethodAnswer {
  time: Record<string, unknown>;
}

/** What goes wrong with a request. */
export interface Circumstances {
  fault: FaultAction | null;
  /** Breaks the caller's connection while the portal works on. */
  hangUp(): void;
}

/** One request while it is executed: who calls, and what it spent so far. */
interface Hit {
  caller: Caller;
  /** Set for a batch. */
  batchId?: string;
  /** `auth_connector` of the request. */
  connector?: unknown;
  hangUp(): void;
  /** Seconds by method: the operating limit looks at their sums. */
  spent: Map<string, number>;
  /** By how much the last timer rang late, in ms. */
  late: number;
}

/** The weight of a batch where batches are billed as a whole. */
const batchWeight = 0.5;

/** Executes methods and batches as the portal does, and writes each into the journal. */
export class Executor {
  readonly #deps: ExecutorDeps;

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
  }

  /** Executes what one request asks for. Throws RestError, and NoAnswer when the request ends without the portal's answer. */
  async request(caller: Caller, method: string, params: Params, circumstances: Circumstances): Promise<Executed> {
    const { fault, hangUp } = circumstances;
    const name = method.toLowerCase();
    const batchId = name === 'batch' ? { batchId: randomBytes(4).toString('hex') } : {};
    const hit: Hit = { caller, hangUp, spent: new Map(), late: 0, connector: params.auth_connector, ...batchId };
    try {
      const executed =
        name === 'batch' ? await this.#batch(hit, params) : await this.#execute(hit, name, params, fault);
      this.#cutWhenLong(hit);
      return executed;
    } finally {
      this.#bill(hit);
    }
  }

  async #execute(hit: Hit, name: string, params: Params, fault: FaultAction | null): Promise<Executed> {
    const { methods, limits, journal, latency, switches, now } = this.#deps;
    const { caller, batchId } = hit;
    const method = methods[name];
    const startedAt = now();
    const entry = {
      kind: 'call',
      method: name,
      params,
      credential: caller.credential,
      write: method?.write ?? false,
      ...(batchId !== undefined && { batchId }),
    } as const;
    try {
      if (!method) throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
      if (!hasScope(method, caller)) throw insufficientScope(switches, caller);
      if (method.appOnly && !caller.app) {
        throw new RestError(403, 'WRONG_AUTH_TYPE', 'Current authorization type is denied for this method');
      }
      if (!batchId || switches.operating !== 'batch') limits.checkTime(caller.credential, name);
      const connector = String(params.auth_connector ?? hit.connector ?? '');
      const answer = await callScope.run({ connector }, () => method.run(params, { caller, now: startedAt }));
      const seconds = secondsOf(latency, name);
      if (seconds > 0 && !switches.virtualSeconds) await takeTime(hit, seconds);
      hit.spent.set(name, (hit.spent.get(name) ?? 0) + seconds);
      journal.write({ ...entry, status: 200, ms: Math.round(seconds * 1000) });
      const found = fault?.kind === 'emptyList' ? emptied(answer) : answer;
      return { ...found, time: this.#time(caller, name, startedAt, seconds) };
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      journal.write({ ...entry, status: error.status, error: String(error.code), ms: 0 });
      throw error;
    }
  }

  async #batch(hit: Hit, params: Params): Promise<Executed> {
    const { limits, journal, switches, now } = this.#deps;
    const { caller, batchId = '', spent } = hit;
    if (switches.operating === 'batch') limits.checkTime(caller.credential, 'batch');
    const startedAt = now();
    const entry = {
      kind: 'call',
      method: 'batch',
      params,
      batchId,
      credential: caller.credential,
      write: false,
    } as const;
    let status = 0;
    try {
      const result = await this.#commands(hit, params);
      status = 200;
      return { result, time: this.#time(caller, 'batch', startedAt, sum(spent)) };
    } finally {
      journal.write({ ...entry, status, ms: Math.round(sum(spent) * 1000) });
    }
  }

  async #commands(hit: Hit, params: Params): Promise<unknown> {
    const answer = new BatchAnswer();
    const halt = ['1', 'true', true, 1].includes(params.halt as never);
    for (const command of readCommands(params.cmd)) {
      try {
        const { method, params: own } = answer.prepare(command);
        answer.add(command.key, await this.#command(hit, method, own));
      } catch (error) {
        if (!(error instanceof RestError)) throw error;
        answer.refuse(command.key, error);
        if (halt) break;
      }
      this.#cutWhenLong(hit);
    }
    return answer.toWire();
  }

  async #command(hit: Hit, method: string, params: Params): Promise<Executed> {
    const fault = this.#deps.faults.strikeCommand(method, params);
    throwEarly(fault);
    if (fault?.kind === 'answerLostWhileWorking') hit.hangUp();
    if (fault?.kind === 'delay' || fault?.kind === 'answerLostWhileWorking') await sleep(fault.ms);
    const executed = await this.#execute(hit, method, params, fault);
    throwLate(fault);
    return executed;
  }

  // What was executed stays executed: there is no transaction around a request.
  #cutWhenLong({ spent }: Hit): void {
    const { cutSeconds } = this.#deps.switches;
    if (cutSeconds > 0 && sum(spent) > cutSeconds) throw new NoAnswer(504);
  }

  #bill({ caller, spent, batchId }: Hit): void {
    const { switches, limits } = this.#deps;
    if (switches.operating === 'batch' && batchId !== undefined) {
      limits.addTime(caller.credential, 'batch', sum(spent) * batchWeight);
      return;
    }
    for (const [method, seconds] of spent) limits.addTime(caller.credential, method, seconds);
  }

  #time(caller: Caller, method: string, startedAt: number, seconds: number): Record<string, unknown> {
    const { switches, limits } = this.#deps;
    const finish = startedAt + seconds * 1000;
    const whole = (value: number) => (switches.wholeTimes ? Math.floor(value) : value);
    return {
      start: whole(startedAt / 1000),
      finish: finish / 1000,
      duration: seconds,
      processing: whole(seconds),
      date_start: toWireTime(startedAt, switches.offsetMinutes),
      date_finish: toWireTime(finish, switches.offsetMinutes),
      ...limits.report(caller.credential, method),
    };
  }
}

/** Each timer rings a little late; the next call makes up for it, so that fifty of them take as long as they should. */
async function takeTime(hit: Hit, seconds: number): Promise<void> {
  const wait = seconds * 1000 - hit.late;
  const startedAt = performance.now();
  if (wait > 0) await sleep(wait);
  hit.late = performance.now() - startedAt - wait;
}

function sum(spent: ReadonlyMap<string, number>): number {
  return [...spent.values()].reduce((total, seconds) => total + seconds, 0);
}

function emptied(answer: MethodAnswer): MethodAnswer {
  return Array.isArray(answer.result) ? { result: [], total: 0 } : { result: { items: [] }, total: 0 };
}

/** Whether the caller's rights include a method. */
export function hasScope({ scope }: RestMethod, { scopes }: Caller): boolean {
  if (scope === undefined) return true;
  return typeof scope === 'string' ? scopes.includes(scope) : scope.some((one) => scopes.includes(one));
}

function insufficientScope(switches: PortalSwitches, { app }: Caller): RestError {
  const token = app ? 'access' : 'webhook';
  const text = `The request requires higher privileges than provided by the ${token} token`;
  return new RestError(switches.authStatus === 'docs' ? 403 : 401, 'insufficient_scope', text);
}
