import { type BatchAnswer, type Command, sendBatch } from './batch.ts';
import type { CallOptions } from './client.ts';
import type { Limits } from './limits/limits.ts';
import type { Transport } from './sdk.ts';

const commandsPerRequest = 50;

/** Sends reading commands in as few requests as they fit, fifty a request; the first failure of any is thrown. One answer per command. */
export async function readCommands(
  { transport, limits }: { transport: Transport; limits: Limits },
  commands: readonly Command[],
  options: CallOptions,
): Promise<{ result: unknown }[]> {
  const results: { result: unknown }[] = [];
  for (const group of chunks(commands, commandsPerRequest)) {
    const answer: BatchAnswer = await sendBatch(transport, limits, group, { ...options, writes: false });
    for (const outcome of answer.outcomes) {
      if (!outcome.ok) throw outcome.error;
      results.push({ result: outcome.result });
    }
  }
  return results;
}

export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
