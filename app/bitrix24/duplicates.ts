import { type Entity, pairKinds } from '../lib/records.ts';
import { zip } from '../lib/zip.ts';
import type { CallOptions, Reach, RemoteRecord, Requisite, RequisiteFilter } from './client.ts';
import { brokenAnswer, refusedValue } from './error-table.ts';
import { textOrNull } from './item-codec.ts';
import { filterIgnored, itemsOf, pageSize } from './list-answer.ts';
import { chunks, readCommands } from './read-commands.ts';
import { readWholeRecord } from './read-record.ts';
import type { ReadingDeps } from './reading.ts';

/** Values of one `crm.duplicate.findbycomm`, the rest would be ignored silently; and the ids that it shows at most. */
const communicationLimit = 20;

type Communication = { type: 'EMAIL' | 'PHONE'; values: string[] };

/** Makes the part of a client that looks for records which people may have made already: by address, by requisites, by a field. */
export function makeDuplicateSearch(deps: ReadingDeps) {
  /** Pages of requisites, each behind the last row of the page before. */
  async function listRequisites(filters: readonly RequisiteFilter[], options: CallOptions): Promise<Requisite[]> {
    const found: Requisite[] = [];
    let pending = filters.map((filter) => ({ filter, afterId: 0 }));
    while (pending.length > 0) {
      const commands = pending.map(({ filter: { field, values }, afterId }) => requisitesOf(field, values, afterId));
      const pages = await readCommands(deps, commands, options);
      const next: typeof pending = [];
      for (const [{ filter, afterId }, page] of zip(pending, pages)) {
        const rows = rowsOf(page.result);
        if (rows.some((row) => !filter.values.includes(String(row[filter.field])) || Number(row.ID) <= afterId))
          throw filterIgnored(`crm.requisite.list: ${filter.field}`);
        found.push(...rows.map(toRequisite));
        if (rows.length >= pageSize) next.push({ filter, afterId: Number(rows.at(-1)?.ID) });
      }
      pending = next;
    }
    return found;
  }

  return {
    async findReachable(entity: 'user' | 'contract', reach: Reach, options: CallOptions = {}): Promise<number[]> {
      const kind = pairKinds[entity].bitrix24Type.toUpperCase();
      const found = new Set<number>();
      let pending: Communication[] = [
        ...chunks([...new Set(reach.emails)], communicationLimit).map((values) => ({ type: 'EMAIL' as const, values })),
        ...chunks([...new Set(reach.phones)], communicationLimit).map((values) => ({ type: 'PHONE' as const, values })),
      ];
      while (pending.length > 0) {
        const commands = pending.map(({ type, values }) => ({
          method: 'crm.duplicate.findbycomm',
          params: { type, values, entity_type: kind },
        }));
        const answers = await readCommands(deps, commands, options);
        const next: Communication[] = [];
        for (const [asked, answer] of zip(pending, answers)) {
          const ids = (answer.result as Record<string, unknown> | null)?.[kind];
          const shown = Array.isArray(ids) ? ids.map(Number) : [];
          for (const id of shown) found.add(id);
          // There may be more than it shows: each half is asked for by itself.
          if (shown.length >= communicationLimit && asked.values.length > 1) next.push(...halvesOf(asked));
        }
        pending = next;
      }
      return [...found].sort((a, b) => a - b);
    },

    findRequisites({ field, values }: RequisiteFilter, options: CallOptions = {}): Promise<Requisite[]> {
      const filters = chunks([...new Set(values)], pageSize).map((group) => ({ field, values: group }));
      return listRequisites(filters, options);
    },

    async findByField(
      entity: Entity,
      { field, values }: { field: string; values: readonly string[] },
      options: CallOptions = {},
    ): Promise<RemoteRecord[]> {
      const names = await deps.catalogue.fields(entity, options);
      const info = names.byUpperName.get(field);
      if (!info) throw refusedValue(`${field}: no such field`);
      const found: RemoteRecord[] = [];
      let pending = chunks([...new Set(values)], pageSize).map((group) => ({ group, afterId: 0 }));
      while (pending.length > 0) {
        const commands = pending.map(({ group, afterId }) => ({
          method: 'crm.item.list',
          params: {
            entityTypeId: pairKinds[entity].entityTypeId,
            select: ['*'],
            filter: { [`@${info.itemName}`]: group, '>id': afterId },
            order: { id: 'ASC' },
            start: -1,
          },
        }));
        const pages = await readCommands(deps, commands, options);
        const next: typeof pending = [];
        for (const [{ group }, page] of zip(pending, pages)) {
          const records = itemsOf(page.result).map((item) => readWholeRecord(item, names));
          if (records.some((record) => !valuesOf(record.fields[field]).some((value) => group.includes(value))))
            throw filterIgnored(field);
          found.push(...records);
          const last = records.at(-1);
          if (records.length >= pageSize && last) next.push({ group, afterId: last.id });
        }
        pending = next;
      }
      return found;
    },
  };
}

function halvesOf({ type, values }: Communication): Communication[] {
  const middle = Math.ceil(values.length / 2);
  return [values.slice(0, middle), values.slice(middle)].map((half) => ({ type, values: half }));
}

function requisitesOf(field: string, values: readonly string[], afterId: number) {
  return {
    method: 'crm.requisite.list',
    params: {
      select: ['ID', 'ENTITY_ID', 'RQ_INN', 'RQ_KPP'],
      filter: { ENTITY_TYPE_ID: pairKinds.contract.entityTypeId, [`@${field}`]: values, '>ID': afterId },
      order: { ID: 'asc' },
      start: 0,
    },
  };
}

function rowsOf(page: unknown): Record<string, unknown>[] {
  if (!Array.isArray(page)) throw brokenAnswer('no_rows', 'crm.requisite.list');
  return page as Record<string, unknown>[];
}

function toRequisite(row: Record<string, unknown>): Requisite {
  return { companyId: Number(row.ENTITY_ID), inn: textOrNull(row.RQ_INN), kpp: textOrNull(row.RQ_KPP) };
}

function valuesOf(value: unknown): string[] {
  return [value].flat().map(String);
}
