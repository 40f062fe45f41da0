import type { WriteCommand, WriteOutcome } from '../../bitrix24/client.ts';
import { isClosed } from '../../field-maps/objects.ts';
import type { SyncContext } from '../pair.ts';
import type { Write } from './commands.ts';

/**
 * A person closed a deal after we had read it and before our update was carried out: the date of the closing, which the portal set, is
 * put back in place of the contract's. What came of the updates stays what is remembered, so that a deal that is opened again gets the
 * contract's date. Throws Bitrix24Error.
 */
export async function keepClosingDates(
  { client, entity, options }: SyncContext,
  writes: readonly Write[],
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  const commands = outcomes.flatMap((outcome, index): WriteCommand[] => {
    const command = writes[index]?.command;
    if (!outcome.ok || !outcome.before || command?.operation !== 'update') return [];
    const { before, record } = outcome;
    if (!('CLOSEDATE' in command.changes.fields) || !isClosed(before) || isClosed(command.before)) return [];
    const changes = { fields: { CLOSEDATE: before.fields.CLOSEDATE }, multifields: [] };
    return [{ operation: 'update', entity, id: outcome.id, changes, before: record ?? before }];
  });
  if (commands.length > 0) await client.write(commands, options);
}
