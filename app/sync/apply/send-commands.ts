import type { WriteOperation, WriteOutcome } from '../../bitrix24/client.ts';
import type { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { SyncContext } from '../pair.ts';
import { type Create, isCreate, type Write } from './commands.ts';

/** What came of each command of a step, in order. */
export interface Sent {
  outcomes: readonly WriteOutcome[];
  /** What the portal said of the place of a new record that was then made without it; null when nothing was. */
  refusal: Bitrix24Error | null;
}

/**
 * Sends the commands of a step. A create that is refused with its place is sent once more without: no record is lost for where it should
 * have gone, and one that is refused without it too keeps its first refusal. Throws `Bitrix24Error` when a request as a whole failed.
 */
export async function sendCommands(
  context: SyncContext,
  operation: WriteOperation,
  writes: readonly Write[],
): Promise<Sent> {
  const outcomes = await send(context, operation, writes);
  const again = writes.flatMap((write, index) => {
    const outcome = outcomes[index];
    if (outcome?.ok !== false || outcome.error.kind !== 'validation' || !isCreate(write) || !write.unplaced) return [];
    const command = { ...write.command, changes: write.unplaced };
    return [{ index, error: outcome.error, write: { ...write, command } }];
  });
  if (again.length === 0) return { outcomes, refusal: null };
  const second = await send(
    context,
    operation,
    again.map(({ write }) => write),
  );
  const all = [...outcomes];
  let refusal: Bitrix24Error | null = null;
  for (const [at, { index, error }] of again.entries()) {
    const outcome = second[at];
    if (!outcome?.ok) continue;
    all[index] = outcome;
    refusal = error;
  }
  return { outcomes: all, refusal };
}

function send({ client, entity, options }: SyncContext, operation: WriteOperation, writes: readonly Write[]) {
  if (operation !== 'import')
    return client.write(
      writes.map(({ command }) => command),
      options,
    );
  const creates: Create[] = writes.filter(isCreate);
  return client.importSilently(
    entity,
    creates.map(({ command }) => command),
    options,
  );
}
