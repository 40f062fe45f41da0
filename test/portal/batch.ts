import { type Params, parseQuery } from './params.ts';
import { type Earlier, resolveReferences } from './references.ts';
import { type MethodAnswer, RestError } from './types.ts';

export interface Command {
  key: string;
  /** `method?query`, as it was sent. */
  line: string;
  /** Its place among the commands, from 0. */
  index: number;
}

const maxCommands = 50;

/** The commands of a batch in their order. What is no text is passed over without a word. */
export function readCommands(cmd: unknown): Command[] {
  if (typeof cmd !== 'object' || cmd === null) return [];
  return Object.entries(cmd).flatMap(([key, line], index) => (typeof line === 'string' ? [{ key, line, index }] : []));
}

/** The answer of a batch while its commands are executed (settings/how-to-call-rest-api/batch.md, 2026-08). */
export class BatchAnswer {
  readonly #earlier: Earlier = { result: {}, error: {}, total: {}, next: {}, time: {} };

  /** What a command calls, with references to earlier answers replaced. Throws for a command that a batch may not hold. */
  prepare({ line, index }: Command): { method: string; params: Params } {
    if (index >= maxCommands) throw new RestError(400, 'ERROR_BATCH_LENGTH_EXCEEDED', 'Max batch length exceeded');
    // PHP's parse_url ends the query at a raw hash.
    const [head = ''] = line.split('#');
    const mark = head.indexOf('?');
    const method = (mark < 0 ? head : head.slice(0, mark)).toLowerCase();
    if (method === 'batch') {
      throw new RestError(405, 'ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage');
    }
    const query = mark < 0 ? '' : head.slice(mark + 1);
    return { method, params: resolveReferences(parseQuery(query), this.#earlier) };
  }

  add(key: string, { result, total, next, time }: MethodAnswer & { time: unknown }): void {
    this.#earlier.result[key] = result;
    this.#earlier.time[key] = time;
    if (total !== undefined) this.#earlier.total[key] = total;
    if (next !== undefined) this.#earlier.next[key] = next;
  }

  /** A command that failed stands among the errors only. */
  refuse(key: string, error: RestError): void {
    this.#earlier.error[key] = { error: error.code, error_description: error.description };
  }

  toWire(): Record<string, unknown> {
    const { result, error, total, next, time } = this.#earlier;
    return {
      result: phpMap(result),
      result_error: phpMap(error),
      result_total: phpMap(total),
      result_next: phpMap(next),
      result_time: phpMap(time),
    };
  }
}

/** PHP writes a map whose keys are 0, 1, …, and an empty one, as a list. */
function phpMap(map: Record<string, unknown>): unknown {
  const keys = Object.keys(map);
  return keys.every((key, index) => key === String(index)) ? Object.values(map) : map;
}
