import { type Entity, originator, pairKinds } from '../lib/records.ts';
import { zip } from '../lib/zip.ts';
import { type Command, type CommandOutcome, sendBatch } from './batch.ts';
import type { Call } from './call-method.ts';
import type { CallOptions, ListFilter, ListStart, RecordAnswer, RemoteRecord } from './client.ts';
import { refusedValue } from './error-table.ts';
import { Bitrix24Error } from './errors.ts';
import type { Catalogue, FieldNames } from './field-metadata.ts';
import type { WireItem } from './item-codec.ts';
import type { Limits } from './limits/limits.ts';
import { filterIgnored, itemsOf, pageSize } from './list-answer.ts';
import { countListed, firstPages, listPages, proveTimeFilter } from './list-pages.ts';
import { withItemName } from './list-search.ts';
import { chunks, readCommands } from './read-commands.ts';
import { readWholeRecord } from './read-record.ts';
import type { Transport } from './sdk.ts';

const commandsPerRequest = 50;

export interface ReadingDeps {
  transport: Transport;
  limits: Limits;
  catalogue: Catalogue;
}

interface ListingDeps extends ReadingDeps {
  call: Call;
}

/** Makes the reading half of a client. Every row of a list is held against the filter that was sent: some portals drop filters silently. */
export function makeReading({ transport, limits, catalogue, call }: ListingDeps) {
  async function readItems(
    entity: Entity,
    commands: readonly Command[],
    options: CallOptions,
  ): Promise<{ records: RemoteRecord[]; names: FieldNames }[]> {
    const names = await catalogue.fields(entity, options);
    const results = await readCommands({ transport, limits }, commands, options);
    return results.map(({ result }) => ({
      records: itemsOf(result).map((item) => readWholeRecord(item, names)),
      names,
    }));
  }

  async function verifyEach(
    entity: Entity,
    ids: readonly number[],
    options: CallOptions = {},
  ): Promise<Map<number, RecordAnswer>> {
    const names = await catalogue.fields(entity, options);
    const { entityTypeId } = pairKinds[entity];
    const answers = new Map<number, RecordAnswer>();
    for (const group of chunks([...new Set(ids)], commandsPerRequest)) {
      const commands = group.map((id) => ({ method: 'crm.item.get', params: { entityTypeId, id } }));
      const { outcomes } = await sendBatch(transport, limits, commands, { ...options, writes: false });
      for (const [id, outcome] of zip(group, outcomes)) answers.set(id, answerOf(outcome, names));
    }
    return answers;
  }

  async function readEach(
    entity: Entity,
    ids: readonly number[],
    options: CallOptions = {},
  ): Promise<Map<number, RecordAnswer>> {
    const names = await catalogue.fields(entity, options);
    const answers = new Map<number, RecordAnswer>();
    for (const pages of chunks(chunks([...new Set(ids)], pageSize), commandsPerRequest)) {
      const commands = pages.map((page) => listCommand(entity, { '@id': page }));
      const { outcomes } = await sendBatch(transport, limits, commands, { ...options, writes: false });
      for (const [page, outcome] of zip(pages, outcomes)) {
        for (const [id, answer] of pageAnswers(page, outcome, names)) answers.set(id, answer);
      }
    }
    return answers;
  }

  return {
    verifyEach,
    readEach,

    async findAll(
      entity: Entity,
      ids: readonly number[],
      options: CallOptions = {},
    ): Promise<Map<number, RemoteRecord | null>> {
      const found = new Map<number, RemoteRecord | null>();
      for (const [id, answer] of await verifyEach(entity, ids, options)) {
        if (answer.state === 'failed') throw answer.error;
        found.set(id, answer.state === 'present' ? answer.record : null);
      }
      return found;
    },

    async find(entity: Entity, id: number, options: CallOptions = {}): Promise<RemoteRecord | null> {
      const answer = (await verifyEach(entity, [id], options)).get(id);
      if (answer?.state === 'failed') throw answer.error;
      return answer?.state === 'present' ? answer.record : null;
    },

    async read(entity: Entity, ids: readonly number[], options: CallOptions = {}): Promise<Map<number, RemoteRecord>> {
      const found = new Map<number, RemoteRecord>();
      for (const [id, answer] of await readEach(entity, ids, options)) {
        if (answer.state === 'failed') throw answer.error;
        if (answer.state === 'present') found.set(id, answer.record);
      }
      return found;
    },

    async findByOrigin(
      entity: Entity,
      originIds: readonly string[],
      options: CallOptions = {},
    ): Promise<RemoteRecord[]> {
      const found: RemoteRecord[] = [];
      // Origins are not unique: where a page is full there may be more behind it.
      let pending = chunks([...new Set(originIds)], pageSize).map((group) => ({ group, afterId: 0 }));
      while (pending.length > 0) {
        const commands = pending.map(({ group, afterId }) =>
          listCommand(entity, { '=originatorId': originator, '@originId': group, '>id': afterId }),
        );
        const pages = await readItems(entity, commands, options);
        const next: typeof pending = [];
        for (const [index, { records }] of pages.entries()) {
          const { group } = pending[index] as { group: string[] };
          for (const record of records) {
            if (record.originatorId !== originator || !group.includes(record.originId ?? ''))
              throw filterIgnored('originId');
          }
          found.push(...records);
          const last = records.at(-1);
          if (records.length >= pageSize && last) next.push({ group, afterId: last.id });
        }
        pending = next;
      }
      return found.sort((a, b) => a.id - b.id);
    },

    async list(entity: Entity, filter: ListFilter, afterId: number, options: CallOptions = {}) {
      const named = await withItemNames(catalogue, entity, filter, options);
      return listPages({ transport, limits }, entity, { filter: named, afterId }, options);
    },

    async count(entity: Entity, filter: ListFilter, options: CallOptions = {}) {
      return countListed(call, entity, await withItemNames(catalogue, entity, filter, options), options);
    },

    async firstPages(entity: Entity, lists: readonly ListStart[], options: CallOptions = {}) {
      const named: ListStart[] = [];
      for (const { filter, afterId } of lists)
        named.push({ filter: await withItemNames(catalogue, entity, filter, options), afterId });
      return firstPages({ transport, limits }, entity, named, options);
    },

    proveTimeFilter: (entity: Entity, record: { id: number; modifiedAt: Date }, options: CallOptions = {}) =>
      proveTimeFilter({ transport, limits }, entity, record, options),
  };
}

/** The filter with the names that items have. Throws when the portal has no such field. */
async function withItemNames(
  catalogue: Catalogue,
  entity: Entity,
  filter: ListFilter,
  options: CallOptions,
): Promise<ListFilter> {
  if (!filter.where && !filter.oneOf) return filter;
  const { byUpperName } = await catalogue.fields(entity, options);
  const where = filter.where?.map(({ fields, values }) => {
    const info = fields.map((name) => byUpperName.get(name)).find((one) => one !== undefined);
    // An empty list would be no condition on the wire.
    if (!info || values.length === 0) throw refusedValue(`${fields.join(', ')}: no such field, or no value`);
    return { fields: [info.itemName], values };
  });
  const oneOf = filter.oneOf?.map((group) => group.map((one) => withItemName(one, byUpperName)));
  return { ...filter, ...(where && { where }), ...(oneOf && { oneOf }) };
}

function answerOf(outcome: CommandOutcome, names: FieldNames): RecordAnswer {
  if (!outcome.ok) return outcome.error.kind === 'gone' ? { state: 'gone' } : { state: 'failed', error: outcome.error };
  return presentOrFailed(() => readWholeRecord((outcome.result as { item?: unknown } | null)?.item, names));
}

/** An answer for each id of a page. A row that does not satisfy the filter shows that the portal dropped it: the page says nothing. */
function pageAnswers(ids: readonly number[], outcome: CommandOutcome, names: FieldNames): [number, RecordAnswer][] {
  if (!outcome.ok) return ids.map((id) => [id, { state: 'failed', error: outcome.error }]);
  let items: WireItem[];
  try {
    items = itemsOf(outcome.result);
    if (items.some((item) => !ids.includes(Number(item.id)))) throw filterIgnored('id');
  } catch (error) {
    if (!(error instanceof Bitrix24Error)) throw error;
    return ids.map((id) => [id, { state: 'failed', error }]);
  }
  return ids.map((id) => {
    const item = items.find((one) => Number(one.id) === id);
    return [id, item ? presentOrFailed(() => readWholeRecord(item, names)) : { state: 'absent' }];
  });
}

function presentOrFailed(parse: () => RemoteRecord): RecordAnswer {
  try {
    return { state: 'present', record: parse() };
  } catch (error) {
    if (error instanceof Bitrix24Error) return { state: 'failed', error };
    throw error;
  }
}

function listCommand(entity: Entity, filter: Record<string, unknown>): Command {
  const { entityTypeId } = pairKinds[entity];
  // `*` is the only way to get `fm` (crm-item-list.md, 2026-08).
  const params = { entityTypeId, select: ['*'], filter, order: { id: 'ASC' }, start: -1 };
  return { method: 'crm.item.list', params };
}
