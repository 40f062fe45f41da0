import { isEmptyChanges } from '../field-maps/remote-changes.ts';
import type { RemoteChanges } from '../field-maps/types.ts';
import { type Entity, originator, pairKinds } from '../lib/records.ts';
import { zip } from '../lib/zip.ts';
import type { Command, CommandOutcome } from './batch.ts';
import { splitClearing } from './clear-company-fields.ts';
import type { CallOptions, RemoteRecord, WriteCommand, WriteOutcome } from './client.ts';
import { brokenAnswer, classify } from './error-table.ts';
import { Bitrix24Error } from './errors.ts';
import type { Catalogue, FieldNames } from './field-metadata.ts';
import { toImportRow, toWireFields, type WireItem } from './item-codec.ts';
import type { Limits } from './limits/limits.ts';
import type { MultifieldProof } from './multifield-proof.ts';
import { chunks } from './read-commands.ts';
import { readRecord } from './read-record.ts';
import type { Transport } from './sdk.ts';
import { sendWrites } from './send-writes.ts';

/** Rows of one `crm.item.batchImport` (universal/import/index.md, 2026-08). */
const importRows = 20;

export interface WritingDeps {
  transport: Transport;
  limits: Limits;
  catalogue: Catalogue;
  proof: MultifieldProof;
}

/** One command of ours as the ones that it takes on the wire; the last one's answer is the record. */
interface Prepared {
  command: WriteCommand;
  /** An update begins with a look at the record as it is: what somebody saved since it was read must not be lost unseen. */
  wire: Command[];
  /** Absent for a delete, which answers with nothing. */
  names?: FieldNames;
}

/**
 * Makes the writing half of a client. The portal's answer is the record as it really stored it. Once a batch has been answered nothing
 * else is asked: a later failure would make what was done look undone.
 */
export function makeWriting({ transport, limits, catalogue, proof }: WritingDeps) {
  async function prepare(command: WriteCommand, options: CallOptions): Promise<Prepared> {
    const { entityTypeId } = pairKinds[command.entity];
    if (command.operation === 'delete') {
      return { command, wire: [{ method: 'crm.item.delete', params: { entityTypeId, id: command.id } }] };
    }
    const names = await catalogue.fields(command.entity, options);
    if (command.operation === 'create') {
      const fields = { ...toWireFields(command.changes, names), originatorId: originator, originId: command.originId };
      return { command, wire: [{ method: 'crm.item.add', params: { entityTypeId, fields } }], names };
    }
    const { id } = command;
    const { clearing, rest } = splitClearing(command.entity, id, command.changes);
    const look = { method: 'crm.item.get', params: { entityTypeId, id } };
    const update = isEmptyChanges(rest)
      ? look
      : { method: 'crm.item.update', params: { entityTypeId, id, fields: toWireFields(rest, names) } };
    return { command, wire: clearing ? [look, clearing, update] : [look, update], names };
  }

  async function write(commands: readonly WriteCommand[], options: CallOptions = {}): Promise<WriteOutcome[]> {
    const outcomes = new Map<WriteCommand, WriteOutcome>();
    const prepared: Prepared[] = [];
    for (const command of commands) {
      try {
        prepared.push(await prepare(command, options));
      } catch (error) {
        if (!(error instanceof Bitrix24Error) || error.kind !== 'validation') throw error;
        outcomes.set(command, { ok: false, error });
      }
    }
    const rest = await createFirst(prepared, outcomes, options);
    const wires = rest.map(({ wire }) => wire);
    // An aborted wait costs nothing, an aborted write would be uncertain: the signal counts only until the request leaves.
    const sent = await sendWrites(transport, limits, wires, options);
    for (const [entry, answers] of zip(rest, sent)) outcomes.set(entry.command, toOutcome(entry, answers));
    doubtRefused(outcomes);
    return commands.map((command) => outcomes.get(command) ?? noOutcome());
  }

  /** On a portal without a record of the kind, the first create shows whether e-mails and phones arrive; returns the others. */
  async function createFirst(
    prepared: readonly Prepared[],
    outcomes: Map<WriteCommand, WriteOutcome>,
    options: CallOptions,
  ): Promise<readonly Prepared[]> {
    const first = prepared.find(({ command }) => command.operation === 'create' && command.changes.multifields.length);
    const [add] = first?.wire ?? [];
    if (!first?.names || !add || (await proof.prove(first.names, options))) return prepared;
    const answer = await proof.createFirst(first.names, add, madeIds, options);
    outcomes.set(first.command, toOutcome(first, [answer]));
    return prepared.filter((entry) => entry !== first);
  }

  /** A field may be gone or required since the lists were read: they are read again before the next write. */
  function doubtRefused(outcomes: ReadonlyMap<WriteCommand, WriteOutcome>): void {
    for (const [command, outcome] of outcomes) {
      if (!outcome.ok && outcome.error.code.toLowerCase().startsWith('crm_field_error'))
        catalogue.doubt(command.entity);
    }
  }

  async function importSilently(
    entity: Entity,
    items: readonly { changes: RemoteChanges; originId: string }[],
    options: CallOptions = {},
  ): Promise<WriteOutcome[]> {
    const names = await catalogue.fields(entity, options);
    const { entityTypeId } = pairKinds[entity];
    const groups = chunks(items, importRows);
    const commands = groups.map((group) => ({
      method: 'crm.item.batchImport',
      params: {
        entityTypeId,
        data: group.map(({ changes, originId }) => ({
          ...toImportRow(changes, names),
          originatorId: originator,
          originId,
        })),
      },
    }));
    const [first] = commands;
    const isProven =
      !items.some(({ changes }) => changes.multifields.length > 0) || (await proof.prove(names, options));
    const alone = first && !isProven ? [await proof.createFirst(names, first, importedIds, options)] : [];
    const others = commands.slice(alone.length).map((command) => [command]);
    const outcomes = [...alone, ...(await sendWrites(transport, limits, others, options)).flat()];
    // The answer names ids only.
    return outcomes.flatMap((outcome, index) => rowOutcomes(outcome, groups[index]?.length ?? 0, transport.via));
  }

  return { write, importSilently };
}

function toOutcome({ command, names }: Prepared, answers: readonly CommandOutcome[]): WriteOutcome {
  // The refusal of the change itself says more than that of the look before it.
  const failed = answers.findLast((answer) => !answer.ok);
  if (failed && !failed.ok) {
    // A record that is gone already is what a delete wants.
    if (command.operation === 'delete' && failed.error.kind === 'gone') return { ok: true, id: command.id };
    return { ok: false, error: failed.error };
  }
  if (command.operation === 'delete') return { ok: true, id: command.id };
  const answer = answers.at(-1);
  if (!names) return noOutcome();
  const outcome = parseItem(itemOf(answer), names, command);
  if (command.operation !== 'update' || !outcome.ok) return outcome;
  const before = readBefore(itemOf(answers[0]), names, command);
  return before ? { ...outcome, before } : outcome;
}

/** The record as it was when an update arrived. Where the portal shows no e-mails and phones here, those that were read before stand for them. */
function readBefore(
  item: WireItem | undefined,
  names: FieldNames,
  { before: known }: WriteCommand & { operation: 'update' },
): RemoteRecord | null {
  try {
    const record = readRecord(item, names);
    return record.multifields.length > 0 ? record : { ...record, multifields: known.multifields };
  } catch (error) {
    if (error instanceof Bitrix24Error) return null;
    throw error;
  }
}

/** The id that an answer to `crm.item.add` names. */
function madeIds(answer: CommandOutcome): number[] {
  const id = Number(itemOf(answer)?.id);
  return id > 0 ? [id] : [];
}

function importedIds(answer: CommandOutcome): number[] {
  return importedRows(answer).flatMap((row) => (Number(row.item?.id) > 0 ? [Number(row.item?.id)] : []));
}

function importedRows(answer: CommandOutcome): { item?: { id?: unknown } }[] {
  const items = answer.ok ? (answer.result as { items?: unknown } | null)?.items : undefined;
  return (Array.isArray(items) ? items : Object.values(items ?? {})) as { item?: { id?: unknown } }[];
}

function itemOf(answer: CommandOutcome | undefined): WireItem | undefined {
  return answer?.ok ? (answer.result as { item?: WireItem } | null)?.item : undefined;
}

function parseItem(item: WireItem | undefined, names: FieldNames, command: WriteCommand): WriteOutcome {
  try {
    const record = readRecord(item, names);
    return missesMultifields(command, record) ? { ok: true, id: record.id } : { ok: true, id: record.id, record };
  } catch (error) {
    if (!(error instanceof Bitrix24Error)) throw error;
    return { ok: false, error: command.operation === 'create' ? noOutcome().error : error };
  }
}

/** Some portals leave multifields out of the answer to a write: such an answer is no picture of the record. */
function missesMultifields(command: WriteCommand, record: RemoteRecord): boolean {
  if (command.operation === 'delete' || record.multifields.length > 0) return false;
  return (
    command.changes.multifields.length > 0 || (command.operation === 'update' && command.before.multifields.length > 0)
  );
}

function rowOutcomes(outcome: CommandOutcome, count: number, via: Transport['via']): WriteOutcome[] {
  if (!outcome.ok) return Array.from({ length: count }, () => ({ ok: false, error: outcome.error }));
  const rows = importedRows(outcome);
  return Array.from({ length: count }, (_, index) => {
    const row = rows[index];
    const id = Number(row?.item?.id);
    if (id > 0) return { ok: true, id };
    return row ? { ok: false, error: classify({ status: 200, body: row, via }) } : noOutcome();
  });
}

function noOutcome(): WriteOutcome & { ok: false } {
  return { ok: false, error: brokenAnswer('no_outcome', 'write') };
}
