import type { CallOptions } from './client.ts';
import type { Limits } from './limits/limits.ts';
import type { Transport, WireAnswer } from './sdk.ts';

/** One call of a method of a portal. */
export type Call = (method: string, params: Record<string, unknown>, options?: CallOptions) => Promise<WireAnswer>;

const timeoutMs = 30_000;
/** Bitrix24 works on a request for up to a minute: a write that is cut earlier has an uncertain outcome. */
const writeTimeoutMs = 65_000;

/** Calls one method by itself. Throws `Bitrix24Error`. */
export async function callMethod(
  { transport, limits }: { transport: Transport; limits: Limits },
  method: string,
  params: Record<string, unknown>,
  options: CallOptions & { writes?: boolean } = {},
): Promise<WireAnswer> {
  const startedAt = performance.now();
  const answer = await transport.send(method, params, {
    ...options,
    calls: new Map([[method, 1]]),
    timeoutMs: options.writes ? writeTimeoutMs : timeoutMs,
  });
  const { duration, operating, operating_reset_at: resetAt } = answer.time ?? {};
  const seconds = duration ?? (performance.now() - startedAt) / 1000;
  const cost = { method, calls: 1, seconds, operating: operating ?? null, resetAt: resetAt ? resetAt * 1000 : null };
  await limits.report(transport.portal, [cost], answer.reservation);
  return answer;
}
