import type { Clock } from '../lib/clock.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import type { CallOptions, DealStage, FieldInfo } from './client.ts';
import { brokenAnswer } from './error-table.ts';
import type { WireAnswer } from './sdk.ts';

export type Call = (method: string, params: Record<string, unknown>, options?: CallOptions) => Promise<WireAnswer>;

/** Field names of one kind, both ways. */
export interface FieldNames {
  byUpperName: Map<string, FieldInfo>;
  byItemName: Map<string, FieldInfo>;
}

const freshMs = 3_600_000;

export type Catalogue = ReturnType<typeof makeFieldMetadata>;

/** Field lists and stage lists of one portal, asked for once an hour. */
export function makeFieldMetadata(call: Call, clock: Clock) {
  const cache = new Map<string, { at: number; value: Promise<unknown> }>();

  function remember<Value>(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = cache.get(key);
    const now = clock.now().getTime();
    if (known && now - known.at < freshMs) return known.value as Promise<Value>;
    const value = load();
    cache.set(key, { at: now, value });
    value.catch(() => cache.delete(key));
    return value;
  }

  return {
    /** Names are read from the portal, never computed: user fields follow no rule that holds (universal/index.md, 2026-08). */
    fields(entity: Entity, options?: CallOptions): Promise<FieldNames> {
      return remember(`fields:${entity}`, async () => {
        const { result } = await call('crm.item.fields', { entityTypeId: pairKinds[entity].entityTypeId }, options);
        return toNames((result as { fields?: Record<string, WireField> })?.fields);
      });
    },

    /** The stages of a funnel in their order (crm.status.list, 2026-08: ENTITY_ID is DEAL_STAGE, or DEAL_STAGE_n). */
    stages(categoryId: number, options?: CallOptions): Promise<DealStage[]> {
      return remember(`stages:${categoryId}`, async () => {
        const entityId = categoryId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`;
        const params = { filter: { ENTITY_ID: entityId }, order: { SORT: 'ASC' } };
        const { result } = await call('crm.status.list', params, options);
        const stages = (Array.isArray(result) ? result : []) as WireStage[];
        const own = stages.filter((stage) => stage.ENTITY_ID === entityId);
        return own.map((stage) => ({ id: stage.STATUS_ID, semantics: semanticsOf(stage) }));
      });
    },

    clear(): void {
      cache.clear();
    },
  };
}

interface WireStage {
  ENTITY_ID: string;
  STATUS_ID: string;
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
}

function toNames(wire: Record<string, WireField> | undefined): FieldNames {
  if (!wire || Array.isArray(wire)) throw brokenAnswer('no_fields', 'crm.item.fields');
  const infos = Object.entries(wire).map(
    ([itemName, field]): FieldInfo => ({
      itemName,
      upperName: field.upperName ?? itemName,
      type: field.type ?? 'string',
      title: field.title ?? itemName,
      isReadOnly: field.isReadOnly ?? false,
      isMultiple: field.isMultiple ?? false,
    }),
  );
  return {
    byUpperName: new Map(infos.map((info) => [info.upperName, info])),
    byItemName: new Map(infos.map((info) => [info.itemName, info])),
  };
}
