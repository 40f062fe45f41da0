import type { Choice, CustomPair, KnownField, KnownFields } from '../../field-maps/types.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { LocalTarget } from './local-rows.ts';

/** A field or a list as it was read last (`portal_schema`). */
interface StoredItem {
  type: string;
  statusType: string | null;
  options: readonly Choice[];
}

type StoredItems = Readonly<Record<string, StoredItem>>;

/** Where people and funnels stand among what was read of a portal. */
export const choiceLists = { people: 'PEOPLE', funnels: 'FUNNELS' } as const;

const stageList = /^DEAL_STAGE(_\d+)?$/;

/**
 * What was last read of the fields of a tenant's own pairs: their types and, of lists, their values. Nothing is asked of the portal. A list
 * that was never read has no values.
 */
export async function readKnownFields(
  db: Database,
  { tenantId, entity }: LocalTarget,
  pairs: readonly CustomPair[],
): Promise<KnownFields> {
  const names = [...new Set(pairs.map(({ bitrix24 }) => bitrix24))];
  if (names.length === 0) return new Map();
  const rows = await queryRows<{ part: string; content: StoredItems }>(
    db,
    `select part, case when part = $fields
              then (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(content) where key = any($names))
              else content end as content
       from portal_schema where tenant_id = $tenantId and part = any(array[$fields, 'lists', 'choices'])`,
    { tenantId, fields: `fields:${entity}`, names },
  );
  const partOf = (name: string): StoredItems => rows.find(({ part }) => part === name)?.content ?? {};
  const [fields, lists, choices] = [partOf(`fields:${entity}`), partOf('lists'), partOf('choices')];
  return new Map(
    Object.entries(fields).map(([name, field]): [string, KnownField] => {
      const found = choicesOf(name, field, { ...lists, ...choices });
      return [name, { type: field.type, ...(found && { choices: found }) }];
    }),
  );
}

function choicesOf(
  name: string,
  { type, statusType, options }: StoredItem,
  lists: StoredItems,
): readonly Choice[] | undefined {
  if (type === 'enumeration') return options;
  if (name === 'STAGE_ID') return stagesOf(lists);
  if (type === 'crm_status') return lists[statusType ?? '']?.options;
  if (type === 'user' || type === 'employee') return lists[choiceLists.people]?.options;
  if (type !== 'crm_category') return undefined;
  return lists[choiceLists.funnels]?.options.map((funnel) => ({
    ...funnel,
    stages: lists[funnel.id === '0' ? 'DEAL_STAGE' : `DEAL_STAGE_${funnel.id}`]?.options ?? [],
  }));
}

/** The stages of all funnels, the common one first. */
function stagesOf(lists: StoredItems): readonly Choice[] | undefined {
  const found = Object.keys(lists)
    .filter((list) => stageList.test(list))
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1));
  return found.length === 0 ? undefined : found.flatMap((list) => lists[list]?.options ?? []);
}
