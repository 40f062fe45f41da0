import qs from 'qs';
import { zip } from '../lib/zip.ts';
import type { CallOptions } from './client.ts';
import { brokenAnswer, classify, withWait } from './error-table.ts';
import type { Bitrix24Error } from './errors.ts';
import type { CallCost, Limits } from './limits/limits.ts';
import type { Transport, WireTime } from './sdk.ts';

export interface Command {
  method: string;
  params: Record<string, unknown>;
}

export type CommandOutcome = { ok: true; result: unknown } | { ok: false; error: Bitrix24Error };

export interface BatchOptions extends CallOptions {
  /** Writes may take the whole minute that Bitrix24 grants; cutting them earlier makes their outcome uncertain. */
  writes: boolean;
}

export interface BatchAnswer {
  outcomes: CommandOutcome[];
  /** The portal's own clock when it began. */
  serverTime: Date | null;
}

const maxCommands = 50;
const readTimeoutMs = 30_000;
const writeTimeoutMs = 65_000;

/**
 * Sends up to fifty commands as one request, halt off, and gives one outcome per command, in order. The commands' names are not
 * numeric, because PHP turns numbered maps into lists (settings/how-to-call-rest-api/batch.md, 2026-08). Throws `Bitrix24Error` when
 * the request as a whole failed.
 */
export async function sendBatch(
  transport: Transport,
  limits: Limits,
  commands: readonly Command[],
  options: BatchOptions,
): Promise<BatchAnswer> {
  if (commands.length > maxCommands) throw new Error(`A batch of ${commands.length} commands`);
  if (commands.length === 0) return { outcomes: [], serverTime: null };
  const names = commands.map((_, index) => `k${String(index).padStart(4, '0')}`);
  const cmd = Object.fromEntries(commands.map((command, index) => [names[index], toCommandLine(command)]));
  const startedAt = performance.now();
  const answer = await transport.send(
    'batch',
    { halt: 0, cmd },
    {
      ...options,
      calls: countMethods(commands),
      timeoutMs: options.writes ? writeTimeoutMs : readTimeoutMs,
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const body = answer.result as Record<string, unknown>;
  const [results, errors, times] = ['result', 'result_error', 'result_time'].map((key) => toMap(body?.[key])) as [
    Record<string, unknown>,
    Record<string, unknown>,
    Record<string, WireTime>,
  ];
  await limits.report(transport.portal, costsOf(commands, names, times, seconds), answer.reservation);
  const outcomes: CommandOutcome[] = [];
  for (const [{ method }, name] of zip(commands, names)) {
    if (name in results) outcomes.push({ ok: true, result: results[name] });
    else if (name in errors)
      outcomes.push({ ok: false, error: await commandError(transport, limits, method, errors[name]) });
    else outcomes.push({ ok: false, error: brokenAnswer('no_outcome', `batch: ${method}`) });
  }
  const start = answer.time?.date_start;
  return { outcomes, serverTime: start ? new Date(start) : null };
}

/** A line `method?query`: every value encoded, because the portal cuts a line at a raw `#` and reads a raw `+` as a blank. */
export function toCommandLine({ method, params }: Command): string {
  return `${method}?${qs.stringify(params, { arrayFormat: 'indices' })}`;
}

// PHP writes an empty map as a list.
function toMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

async function commandError(
  transport: Transport,
  limits: Limits,
  method: string,
  body: unknown,
): Promise<Bitrix24Error> {
  const error = classify({ status: 200, body, via: transport.via });
  if (error.code.toLowerCase() !== 'operation_time_limit') return error;
  return withWait(error, await limits.outOfTime(transport.portal, method));
}

function countMethods(commands: readonly Command[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method } of commands) counts.set(method, (counts.get(method) ?? 0) + 1);
  return counts;
}

/** Seconds by method: the portal's own durations where it gives them, else the request's time shared out evenly. */
function costsOf(
  commands: readonly Command[],
  names: readonly string[],
  times: Record<string, WireTime>,
  requestSeconds: number,
): CallCost[] {
  const costs = new Map<string, CallCost>();
  for (const [{ method }, name] of zip(commands, names)) {
    const time = times[name];
    const cost = costs.get(method) ?? { method, calls: 0, seconds: 0, operating: null, resetAt: null };
    cost.calls += 1;
    cost.seconds += time?.duration ?? requestSeconds / commands.length;
    if (typeof time?.operating === 'number') cost.operating = Math.max(cost.operating ?? 0, time.operating);
    if (typeof time?.operating_reset_at === 'number') cost.resetAt = time.operating_reset_at * 1000;
    costs.set(method, cost);
  }
  return [...costs.values()];
}
