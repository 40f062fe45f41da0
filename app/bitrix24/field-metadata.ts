import type { Clock } from '../lib/clock.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import type { Call } from './call-method.ts';
import type { CallOptions, DealStage, FieldInfo, ListOption, PortalChoices } from './client.ts';
import { Doubts, refusal } from './doubts.ts';
import { brokenAnswer } from './error-table.ts';
import type { WireAnswer } from './sdk.ts';
import { readUserFieldIds } from './user-field-ids.ts';

/** Field names of one kind, both ways. */
export interface FieldNames {
  entity: Entity;
  byUpperName: Map<string, FieldInfo>;
  byItemName: Map<string, FieldInfo>;
  /** Records of the kind were seen with their e-mails and phones, or have none. */
  multifieldsProven: boolean;
  /** An answer does not fit these names: the next look reads them again. */
  doubt(signs: readonly string[]): void;
}

/** Told what was read just now; a reader waits for it. */
export interface SchemaNotes {
  fields(entity: Entity, fields: readonly FieldInfo[]): Promise<void>;
  lists(lists: ReadonlyMap<string, readonly ListOption[]>): Promise<void>;
  choices(choices: PortalChoices): Promise<void>;
}

const freshMs = 3_600_000;
/** Answers that do not fit the names cost one look a minute. */
const restMs = 60_000;

export type Catalogue = ReturnType<typeof makeFieldMetadata>;

/** Field lists and stage lists of one portal, asked for once an hour, and sooner when an answer does not fit them. */
export function makeFieldMetadata(call: Call, clock: Clock, notes?: SchemaNotes) {
  const cache = new Map<string, { at: number; value: Promise<unknown> }>();
  const doubts = new Doubts();

  /** `since`: read before that is too old, however fresh. */
  function remember<Value>(key: string, load: () => Promise<Value>, since?: Date): Promise<Value> {
    const known = cache.get(key);
    const now = clock.now().getTime();
    const lasts = doubts.isOpen(key) ? restMs : freshMs;
    const isYoung = known && now - known.at < lasts && known.at >= (since?.getTime() ?? 0);
    if (isYoung) return known.value as Promise<Value>;
    doubts.answer(key);
    const value = load();
    cache.set(key, { at: now, value });
    value.catch(() => {
      if (cache.get(key)?.value === value) cache.delete(key);
    });
    return value;
  }

  /** Names are read from the portal, never computed: user fields follow no rule that holds (universal/index.md, 2026-08). */
  function fields(entity: Entity, options?: CallOptions): Promise<FieldNames> {
    return remember(`fields:${entity}`, async () => {
      const { result } = await call('crm.item.fields', { entityTypeId: pairKinds[entity].entityTypeId }, options);
      const found = toInfos((result as { fields?: Record<string, WireField> })?.fields);
      const ids = found.some(isUserField) ? await readUserFieldIds(call, entity, options) : new Map();
      const infos = found.map((info): FieldInfo => ({ ...info, id: ids.get(info.upperName) ?? null }));
      await notes?.fields(entity, infos);
      const names: FieldNames = {
        entity,
        byUpperName: new Map(infos.map((info) => [info.upperName, info])),
        byItemName: new Map(infos.map((info) => [info.itemName, info])),
        multifieldsProven: entity === 'object',
        doubt: (signs: readonly string[]) => doubts.raise(`fields:${entity}`, signs),
      };
      return names;
    });
  }

  return {
    fields,

    /** The same, read now. */
    async refreshFields(entity: Entity, options?: CallOptions): Promise<void> {
      cache.delete(`fields:${entity}`);
      await fields(entity, options);
    },

    /** Something was refused that the names allow. */
    doubt(entity: Entity): void {
      doubts.raise(`fields:${entity}`, [refusal]);
      doubts.raise('lists', [refusal]);
    },

    /** Every list of the portal. Pages are followed: by the documents all come at once, by its examples fifty a page. */
    lists(options?: CallOptions): Promise<Map<string, ListOption[]>> {
      return remember('lists', async () => {
        const lists = new Map<string, ListOption[]>();
        for (let start: number | undefined = 0; start !== undefined; ) {
          const params = { order: { SORT: 'ASC' }, ...(start > 0 && { start }) };
          const answer: WireAnswer = await call('crm.status.list', params, options);
          const rows = (Array.isArray(answer.result) ? answer.result : []) as WireStage[];
          for (const row of rows) lists.set(row.ENTITY_ID, [...(lists.get(row.ENTITY_ID) ?? []), toOption(row)]);
          start = answer.next !== undefined && answer.next > start ? answer.next : undefined;
        }
        await notes?.lists(lists);
        return lists;
      });
    },

    /** The same, read now. */
    refreshLists(options?: CallOptions): Promise<Map<string, ListOption[]>> {
      cache.delete('lists');
      return this.lists(options);
    },

    /** The stages of a funnel in their order (crm.status.list, 2026-08: ENTITY_ID is DEAL_STAGE, or DEAL_STAGE_n). */
    stages(categoryId: number, options?: CallOptions, since?: Date): Promise<DealStage[]> {
      const read = async () => {
        const entityId = categoryId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`;
        const params = { filter: { ENTITY_ID: entityId }, order: { SORT: 'ASC' } };
        const { result } = await call('crm.status.list', params, options);
        const stages = (Array.isArray(result) ? result : []) as WireStage[];
        const own = stages.filter((stage) => stage.ENTITY_ID === entityId);
        return own.map((stage) => ({ id: stage.STATUS_ID, semantics: semanticsOf(stage) }));
      };
      return remember(`stages:${categoryId}`, read, since);
    },

    clear(): void {
      cache.clear();
      doubts.clear();
    },
  };
}

function toOption(row: WireStage): ListOption {
  const { ENTITY_ID, STATUS_ID, NAME } = row;
  const isStage = /^DEAL_STAGE(_\d+)?$/.test(ENTITY_ID);
  return { id: STATUS_ID, name: NAME ?? STATUS_ID, ...(isStage && { semantics: semanticsOf(row) }) };
}

function isUserField({ upperName }: FieldInfo): boolean {
  return upperName.startsWith('UF_');
}

interface WireStage {
  ENTITY_ID: string;
  STATUS_ID: string;
  NAME?: string;
  SEMANTICS?: string | null;
  EXTRA?: { SEMANTICS?: string };
}

/** EXTRA names what SEMANTICS may leave out: `apology` is a failure, too (crm.status.list, 2026-08). */
function semanticsOf({ SEMANTICS, EXTRA }: WireStage): DealStage['semantics'] {
  const named = SEMANTICS || EXTRA?.SEMANTICS?.charAt(0).toUpperCase();
  if (named === 'S') return 'S';
  return named === 'F' || named === 'A' ? 'F' : 'P';
}

interface WireField {
  type?: string;
  title?: string;
  upperName?: string;
  isReadOnly?: boolean;
  isMultiple?: boolean;
  isRequired?: boolean;
  /** Of an enumeration (data-types of user fields, universal/crm-item-fields.md, 2026-08). */
  items?: { ID?: unknown; VALUE?: unknown }[];
  statusType?: string;
}

function toInfos(wire: Record<string, WireField> | undefined): FieldInfo[] {
  if (!wire || Array.isArray(wire)) throw brokenAnswer('no_fields', 'crm.item.fields');
  return Object.entries(wire).map(
    ([itemName, field]): FieldInfo => ({
      id: null,
      itemName,
      upperName: field.upperName ?? itemName,
      type: field.type ?? 'string',
      title: field.title ?? itemName,
      isReadOnly: field.isReadOnly ?? false,
      isMultiple: field.isMultiple ?? false,
      isRequired: field.isRequired ?? false,
      options: (Array.isArray(field.items) ? field.items : []).map(({ ID, VALUE }) => ({
        id: String(ID),
        name: String(VALUE ?? ''),
      })),
      statusType: field.statusType ?? null,
    }),
  );
}
