import type { Store } from './store.ts';
import { type MethodTable, type RecordKind, RestError } from './types.ts';

type Params = Record<string, unknown>;

const stages: [id: string, name: string, semantics: 'P' | 'S' | 'F'][] = [
  ['NEW', 'Новая', 'P'],
  ['PREPARATION', 'Подготовка документов', 'P'],
  ['EXECUTING', 'В работе', 'P'],
  ['WON', 'Сделка успешна', 'S'],
  ['LOSE', 'Сделка провалена', 'F'],
  ['APOLOGY', 'Анализ причины провала', 'F'],
];

/** Stages, funnels, duplicates: what the CRM says about itself. */
export function makeDictionaryMethods(store: Store): MethodTable {
  return {
    'crm.status.list': {
      scope: 'crm',
      write: false,
      run(params) {
        const wanted = (params.filter as Params | undefined)?.ENTITY_ID;
        const rows = stages.map(([statusId, name, semantics], index) => ({
          ID: String(100 + index),
          ENTITY_ID: 'DEAL_STAGE',
          STATUS_ID: statusId,
          NAME: name,
          NAME_INIT: name,
          SORT: String((index + 1) * 10),
          SYSTEM: 'Y',
          COLOR: null,
          SEMANTICS: semantics === 'P' ? null : semantics,
          CATEGORY_ID: '0',
          EXTRA: { SEMANTICS: { P: 'process', S: 'success', F: 'failure' }[semantics] },
        }));
        const found = wanted === undefined ? rows : rows.filter((row) => row.ENTITY_ID === wanted);
        return { result: found, total: found.length };
      },
    },
    'crm.category.list': {
      scope: 'crm',
      write: false,
      run: ({ entityTypeId }) => {
        if (Number(entityTypeId) !== 2)
          throw new RestError(400, 'ENTITY_TYPE_NOT_SUPPORTED', 'Entity type is not supported');
        const category = { id: 0, name: 'Общая', sort: 300, entityTypeId: 2, isDefault: 'Y' };
        return { result: { categories: [category] }, total: 1 };
      },
    },
    'crm.duplicate.findbycomm': {
      scope: 'crm',
      write: false,
      run(params) {
        const type = String(params.type ?? '').toUpperCase();
        if (type !== 'EMAIL' && type !== 'PHONE') throw new RestError(400, '', 'Communication type is not defined.');
        const values = (Array.isArray(params.values) ? params.values : [params.values]).slice(0, 20).map(normal(type));
        const kinds = (['contact', 'company'] as RecordKind[]).filter(
          (kind) => !params.entity_type || String(params.entity_type).toLowerCase() === kind,
        );
        const found = kinds.map((kind) => {
          const ids = store
            .all(kind)
            .filter((record) =>
              record.multifields.some((item) => item.typeId === type && values.includes(normal(type)(item.value))),
            )
            .map((record) => record.id);
          return [kind.toUpperCase(), ids.slice(0, 20)] as const;
        });
        const some = found.filter(([, ids]) => ids.length > 0);
        // PHP writes an empty map as a list.
        return { result: some.length > 0 ? Object.fromEntries(some) : [] };
      },
    },
  };
}

/** Phones are compared by their digits, a Russian 8 as 7; e-mails without case. */
function normal(type: 'EMAIL' | 'PHONE') {
  return (value: unknown): string => {
    const text = String(value ?? '').trim();
    if (type === 'EMAIL') return text.toLowerCase();
    const digits = text.replace(/\D/g, '');
    return digits.length === 11 && digits.startsWith('8') ? `7${digits.slice(1)}` : digits;
  };
}
