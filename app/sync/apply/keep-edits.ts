import type { RemoteRecord, WriteCommand, WriteOutcome } from '../../bitrix24/client.ts';
import { isClosed } from '../../field-maps/objects.ts';
import type { SyncContext } from '../pair.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import type { Write } from './commands.ts';

type Update = Extract<WriteCommand, { operation: 'update' }>;

/**
 * Puts back what a person saved after we had read a record and before our update was carried out, where no pair takes it over to our
 * side: the date on which a deal was closed, and notes beside our part of a contact's or a company's COMMENTS. What came of the updates
 * stays what is remembered, so that a deal that is opened again gets the contract's date. Throws Bitrix24Error.
 */
export async function keepEdits(
  context: SyncContext,
  writes: readonly Write[],
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  const { client, entity, options } = context;
  const commands = outcomes.flatMap((outcome, index): WriteCommand[] => {
    const write = writes[index];
    if (!outcome.ok || !outcome.before || write?.command.operation !== 'update') return [];
    const { before, record } = outcome;
    const fields = { ...closingDate(write.command, before), ...notes(context, write, before) };
    if (Object.keys(fields).length === 0) return [];
    return [
      { operation: 'update', entity, id: outcome.id, changes: { fields, multifields: [] }, before: record ?? before },
    ];
  });
  if (commands.length > 0) await client.write(commands, options);
}

function closingDate({ changes, before: read }: Update, before: RemoteRecord): Record<string, unknown> {
  const isLost = 'CLOSEDATE' in changes.fields && isClosed(before) && !isClosed(read);
  return isLost ? { CLOSEDATE: before.fields.CLOSEDATE } : {};
}

/** Of a deal's COMMENTS every word is a pair's. */
function notes(
  { entity, fieldMap }: SyncContext,
  { planned, command }: Write,
  before: RemoteRecord,
): Record<string, unknown> {
  if (command.operation !== 'update' || entity === 'object') return {};
  const { fields } = command.changes;
  const details = fieldMap.pairs.find(({ key }) => key === 'details');
  if (!details || !('COMMENTS' in fields) || before.fields.COMMENTS === command.before.fields.COMMENTS) return {};
  const remembered = planned.pair.shadows.remote;
  const sent = details.readRemote({ ...before, fields }, { ...emptyRemoteShadow, isFresh: true });
  const { COMMENTS } = details.write(before, sent, remembered).fields;
  return COMMENTS === fields.COMMENTS ? {} : { COMMENTS };
}
