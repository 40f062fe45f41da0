import { zip } from '../lib/zip.ts';
import { type Command, type CommandOutcome, sendBatch } from './batch.ts';
import { callMethod } from './call-method.ts';
import type { CallOptions } from './client.ts';
import { Bitrix24Error } from './errors.ts';
import type { Limits } from './limits/limits.ts';
import type { Transport } from './sdk.ts';

/** What the portal takes for a reference to an earlier command, also in the middle of a text (how-to-call-rest-api/batch.md, 2026-08). */
const reference = /\$(?:result|error|total|next|time)\[/i;

/**
 * Sends up to fifty changes, each as the commands that it takes on the wire; the outcomes of each, in order. They go as one batch, except
 * those with a text that the portal would replace there as a reference: nothing escapes it, so each of them follows in requests of its own,
 * one right behind the other. Throws `Bitrix24Error` when the batch as a whole failed.
 */
export async function sendWrites(
  transport: Transport,
  limits: Limits,
  changes: readonly (readonly Command[])[],
  options: CallOptions,
): Promise<CommandOutcome[][]> {
  const fitsBatch = (commands: readonly Command[]) => !commands.some(({ params }) => looksLikeReference(params));
  const batched = changes.filter(fitsBatch).flat();
  const answer = await sendBatch(transport, limits, batched, { ...options, writes: true });
  const sent = new Map(zip(batched, answer.outcomes));
  const outcomes: CommandOutcome[][] = [];
  for (const commands of changes) {
    const own: CommandOutcome[] = [];
    for (const command of commands)
      own.push(sent.get(command) ?? (await sendAlone(transport, limits, command, options)));
    outcomes.push(own);
  }
  return outcomes;
}

async function sendAlone(
  transport: Transport,
  limits: Limits,
  { method, params }: Command,
  options: CallOptions,
): Promise<CommandOutcome> {
  try {
    const { result } = await callMethod({ transport, limits }, method, params, { ...options, writes: true });
    return { ok: true, result };
  } catch (error) {
    // The batch before it has been carried out: this failure is the command's own.
    if (error instanceof Bitrix24Error) return { ok: false, error };
    throw error;
  }
}

function looksLikeReference(value: unknown): boolean {
  if (typeof value === 'string') return reference.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(looksLikeReference);
}
