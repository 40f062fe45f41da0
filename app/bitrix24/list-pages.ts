import { type Entity, originator, pairKinds } from '../lib/records.ts';
import { zip } from '../lib/zip.ts';
import { type Command, type CommandOutcome, sendBatch } from './batch.ts';
import type { Call } from './call-method.ts';
import type { CallOptions, ListedRecord, ListFilter, ListStart } from './client.ts';
import { brokenAnswer } from './error-table.ts';
import { textOrNull, type WireItem } from './item-codec.ts';
import type { Limits } from './limits/limits.ts';
import { filterIgnored, itemsOf, pageSize } from './list-answer.ts';
import { wireGroups } from './list-search.ts';
import type { Transport } from './sdk.ts';

/** Most lists end on their first page: only what goes on is worth a request of many pages. */
const furtherPages = 20;

/**
 * Lists records in the order of their ids: one page first; behind it up to twenty in one request, each beginning behind the last row of
 * the page before it by a reference (`$result[k0000][items][49][id]`). A page that is not full leaves the next reference unresolved,
 * and what the portal then makes of it is not looked at (settings/how-to-call-rest-api/batch.md, 2026-08).
 */
export async function listPages(
  { transport, limits }: { transport: Transport; limits: Limits },
  entity: Entity,
  { filter, afterId }: ListStart,
  options: CallOptions,
): Promise<{ records: ListedRecord[]; last: boolean; serverTime: Date }> {
  const count = afterId === 0 ? 1 : furtherPages;
  const commands = Array.from({ length: count }, (_, index) => {
    const behind =
      index === 0 ? afterId : `$result[k${String(index - 1).padStart(4, '0')}][items][${pageSize - 1}][id]`;
    return pageCommand(entity, filter, behind);
  });
  const { outcomes, serverTime } = await send({ transport, limits }, commands, options);
  const records: ListedRecord[] = [];
  let cursor = afterId;
  for (const outcome of outcomes) {
    const page = readPage(outcome, filter, cursor);
    cursor = page.at(-1)?.id ?? cursor;
    records.push(...page);
    if (page.length < pageSize) return { records, last: true, serverTime };
  }
  return { records, last: false, serverTime };
}

/**
 * First pages of several lists of one kind, in one request, made by the portal one after the other. Throws `Bitrix24Error` when any of
 * them fails.
 */
export async function firstPages(
  deps: { transport: Transport; limits: Limits },
  entity: Entity,
  lists: readonly ListStart[],
  options: CallOptions,
): Promise<{ pages: { records: ListedRecord[]; last: boolean }[]; serverTime: Date }> {
  const commands = lists.map(({ filter, afterId }) => pageCommand(entity, filter, afterId));
  const { outcomes, serverTime } = await send(deps, commands, options);
  const pages = zip(lists, outcomes).map(([{ filter, afterId }, outcome]) => {
    const records = readPage(outcome, filter, afterId);
    return { records, last: records.length < pageSize };
  });
  return { pages, serverTime };
}

/**
 * What the portal makes of a filter on `updatedTime`, tried on one record: `>=` its own second has to show it, `>` a second later must
 * not. Null when the record is not shown, or changes all the time. A public report doubts such filters (b24-rest-docs 215).
 */
export async function proveTimeFilter(
  deps: { transport: Transport; limits: Limits },
  entity: Entity,
  { id, modifiedAt }: { id: number; modifiedAt: Date },
  options: CallOptions,
): Promise<'honoured' | 'ignored' | null> {
  let supposed = modifiedAt;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const later = new Date(supposed.getTime() + 1000);
    const times = [{}, { '>=updatedTime': toSeconds(supposed) }, { '>updatedTime': toSeconds(later) }];
    const commands = times.map((time) => listCommand(entity, { '=id': id, ...time }));
    const { outcomes } = await send(deps, commands, options);
    const [plain = [], from = [], after = []] = outcomes.map((outcome) => readPage(outcome, {}, 0));
    const [shown] = plain;
    if (!shown) return null;
    if (shown.modifiedAt.getTime() === supposed.getTime()) {
      return from.length === 1 && after.length === 0 ? 'honoured' : 'ignored';
    }
    // It changed since it was linked.
    supposed = shown.modifiedAt;
  }
  return null;
}

async function send(
  { transport, limits }: { transport: Transport; limits: Limits },
  commands: readonly Command[],
  options: CallOptions,
): Promise<{ outcomes: CommandOutcome[]; serverTime: Date }> {
  const { outcomes, serverTime } = await sendBatch(transport, limits, commands, { ...options, writes: false });
  if (!serverTime) throw brokenAnswer('no_server_time', 'batch: time.date_start');
  return { outcomes, serverTime };
}

function readPage(outcome: CommandOutcome, filter: ListFilter, afterId: number): ListedRecord[] {
  if (!outcome.ok) throw outcome.error;
  const page = itemsOf(outcome.result).map(toListed);
  let cursor = afterId;
  for (const record of page) {
    check(record, filter, cursor);
    cursor = record.id;
  }
  return page;
}

function pageCommand(entity: Entity, filter: ListFilter, behind: number | string): Command {
  return listCommand(entity, { '>id': behind, ...wireFilter(filter) });
}

/**
 * A filter as `crm.item.list` takes it; `where` and `oneOf` have item names here. A list of values stands for "one of" (crm-item-list.md, 2026-08).
 */
function wireFilter({
  changedSince,
  changedBefore,
  ours,
  where = [],
  oneOf = [],
}: ListFilter): Record<string, unknown> {
  return {
    ...(changedSince && { '>=updatedTime': toSeconds(changedSince) }),
    ...(changedBefore && { '<updatedTime': toSeconds(changedBefore) }),
    ...(ours && { '=originatorId': originator }),
    ...Object.fromEntries(where.map(({ fields, values }) => [`@${fields[0]}`, values])),
    ...wireGroups(oneOf),
  };
}

/** How many records a list would show (`total` beside the result; with `start` -1 it would not be told). */
export async function countListed(
  call: Call,
  entity: Entity,
  filter: ListFilter,
  options: CallOptions,
): Promise<number | null> {
  const { entityTypeId } = pairKinds[entity];
  const params = { entityTypeId, select: ['id'], filter: wireFilter(filter), start: 0 };
  const { total } = await call('crm.item.list', params, options);
  return typeof total === 'number' ? total : null;
}

function listCommand(entity: Entity, filter: Record<string, unknown>): Command {
  return {
    method: 'crm.item.list',
    params: {
      entityTypeId: pairKinds[entity].entityTypeId,
      select: ['id', 'updatedTime', 'originatorId', 'originId'],
      filter,
      order: { id: 'ASC' },
      start: -1,
    },
  };
}

/**
 * Whether a listed record satisfies a filter by time. Some portals drop that filter silently: their whole list comes, its ids are
 * needed to go on from page to page, and the rows that do not fit are passed over by the caller.
 */
export function isChangedSince(record: ListedRecord, since: Date | undefined): boolean {
  // A second of tolerance: the filter counts whole seconds.
  return since === undefined || record.modifiedAt.getTime() >= since.getTime() - 1000;
}

function check(record: ListedRecord, { ours }: ListFilter, cursor: number): void {
  if (record.id <= cursor) throw filterIgnored('id');
  if (ours && record.originatorId !== originator) throw filterIgnored('originatorId');
}

function toListed(item: WireItem): ListedRecord {
  return {
    id: Number(item.id),
    modifiedAt: new Date(String(item.updatedTime)),
    originatorId: textOrNull(item.originatorId),
    originId: textOrNull(item.originId),
  };
}

function toSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`;
}
