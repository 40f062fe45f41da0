import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults, Journal } from './faults.ts';
import { type LatencyProfile, secondsOf } from './latency.ts';
import type { PortalLimits } from './limits.ts';
import { type Params, parseQuery } from './params.ts';
import { resolveReferences } from './references.ts';
import type { PortalSwitches } from './switches.ts';
import { type Caller, type MethodAnswer, type MethodTable, RestError } from './types.ts';
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

const maxCommands = 50;

/** Executes methods and batches as the portal does, and writes each into the journal. */
export class Executor {
  readonly #deps: ExecutorDeps;

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
  }

  /** Executes what one request asks for. Throws RestError. */
  async request(caller: Caller, method: string, params: Params): Promise<Executed> {
    const name = method.toLowerCase();
    if (name !== 'batch') return this.#execute(caller, name, params, {});
    const startedAt = this.#deps.now();
    const batchId = randomBytes(4).toString('hex');
    const { answer, seconds } = await this.#batch(caller, params, batchId);
    if (this.#deps.switches.operating === 'batch') this.#deps.limits.addTime(caller.credential, 'batch', seconds * 0.5);
    return { result: answer, time: this.#time(caller, 'batch', startedAt, seconds) };
  }

  async #execute(caller: Caller, name: string, params: Params, batch: { batchId?: string }): Promise<Executed> {
    const { methods, limits, faults, journal, latency, switches } = this.#deps;
    const method = methods[name];
    const startedAt = this.#deps.now();
    const entry = {
      kind: 'call',
      method: name,
      params,
      credential: caller.credential,
      write: method?.write ?? false,
      ...batch,
    } as const;
    try {
      const fault = batch.batchId ? faults.strike(name, params) : null;
      if (fault?.kind === 'refuse') throw new RestError(fault.status, fault.error, fault.description);
      if (!method) throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
      if (method.scope && !caller.scopes.includes(method.scope)) throw insufficientScope(switches);
      limits.checkTime(caller.credential, name);
      const answer = await method.run(params, { caller, now: startedAt });
      const found = fault?.kind === 'emptyList' ? emptied(answer) : answer;
      const seconds = secondsOf(latency, name);
      if (seconds > 0 && !switches.virtualSeconds) await sleep(seconds * 1000);
      if (!batch.batchId || switches.operating !== 'batch') limits.addTime(caller.credential, name, seconds);
      journal.write({ ...entry, status: 200, ms: Math.round(seconds * 1000) });
      return { ...found, time: this.#time(caller, name, startedAt, seconds) };
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      journal.write({ ...entry, status: error.status, error: String(error.code), ms: 0 });
      throw error;
    }
  }

  async #batch(caller: Caller, params: Params, batchId: string): Promise<{ answer: unknown; seconds: number }> {
    const halt = ['1', 'true', true, 1].includes(params.halt as never);
    const commands = Object.entries((params.cmd ?? {}) as Record<string, unknown>);
    const results: Record<string, unknown> = {};
    const errors: Record<string, unknown> = {};
    const totals: Record<string, unknown> = {};
    const nexts: Record<string, unknown> = {};
    const times: Record<string, unknown> = {};
    let seconds = 0;
    for (const [index, [key, line]] of commands.entries()) {
      // What is no text is passed over without a word.
      if (typeof line !== 'string') continue;
      try {
        if (index >= maxCommands) throw new RestError(200, 'ERROR_BATCH_LENGTH_EXCEEDED', 'Max batch length exceeded');
        // PHP's parse_url ends the query at a raw hash.
        const [head = ''] = line.split('#');
        const [name = '', query = ''] = head.split('?', 2) as [string, string?];
        if (name.toLowerCase() === 'batch') {
          throw new RestError(200, 'ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage');
        }
        const own = resolveReferences(parseQuery(query), {
          result: results,
          error: errors,
          total: totals,
          next: nexts,
        });
        const { result, total, next, time } = await this.#execute(caller, name.toLowerCase(), own, { batchId });
        results[key] = result;
        times[key] = time;
        seconds += Number(time.duration ?? 0);
        if (total !== undefined) totals[key] = total;
        if (next !== undefined) nexts[key] = next;
      } catch (error) {
        if (!(error instanceof RestError)) throw error;
        errors[key] = { error: error.code, error_description: error.description };
        if (halt) break;
      }
    }
    const answer = {
      result: phpMap(results),
      result_error: phpMap(errors),
      result_total: phpMap(totals),
      result_next: phpMap(nexts),
      result_time: phpMap(times),
    };
    return { answer, seconds };
  }

  #time(caller: Caller, method: string, startedAt: number, seconds: number): Record<string, unknown> {
    const { switches, limits } = this.#deps;
    const finish = startedAt + seconds * 1000;
    return {
      start: startedAt / 1000,
      finish: finish / 1000,
      duration: seconds,
      processing: seconds,
      date_start: toWireTime(startedAt, switches.offsetMinutes),
      date_finish: toWireTime(finish, switches.offsetMinutes),
      ...limits.report(caller.credential, method),
    };
  }
}

/** PHP writes a map whose keys are 0, 1, …, and an empty one, as a list. */
function phpMap(map: Record<string, unknown>): unknown {
  const keys = Object.keys(map);
  return keys.every((key, index) => key === String(index)) ? Object.values(map) : map;
}

function emptied(answer: MethodAnswer): MethodAnswer {
  return Array.isArray(answer.result) ? { result: [], total: 0 } : { result: { items: [] }, total: 0 };
}

function insufficientScope(switches: PortalSwitches): RestError {
  const text = 'The request requires higher privileges than provided by the webhook token';
  return new RestError(switches.authStatus === 'docs' ? 403 : 401, 'insufficient_scope', text);
}
