import { paramOf } from './handler-url.ts';
import type { OfflineRow } from './offline-queue.ts';
import { RestError } from './types.ts';

type Params = Record<string, unknown>;
type Value = string | number;

const readers: Record<string, (row: OfflineRow) => Value> = {
  ID: (row) => row.id,
  // Whole seconds, as the wire has them.
  TIMESTAMP_X: (row) => Math.floor(row.at / 1000),
  EVENT_NAME: (row) => row.event,
  MESSAGE_ID: (row) => row.messageId,
  PROCESS_ID: (row) => row.processId,
  ERROR: (row) => (row.isError ? 1 : 0),
};

const rules = {
  get: {
    fields: ['ID', 'TIMESTAMP_X', 'EVENT_NAME', 'MESSAGE_ID'],
    operators: ['>=', '<=', '=', '>', '<'],
    order: 'TIMESTAMP_X',
  },
  list: { fields: Object.keys(readers), operators: ['>=', '<=', '=', '>', '<', '@', '%'], order: 'ID' },
};

/** The filter and the order of `event.offline.get` and `event.offline.list`. Throws `ERROR_ARGUMENT`. */
export function readOfflineQuery(
  params: Params,
  kind: 'get' | 'list',
): { fits(row: OfflineRow): boolean; sort(rows: OfflineRow[]): OfflineRow[] } {
  const conditions = Object.entries(mapOf(paramOf(params, 'filter'), 'filter')).map(([key, wanted]) =>
    toCondition(key, wanted, kind),
  );
  const orders = Object.entries(mapOf(paramOf(params, 'order') ?? { [rules[kind].order]: 'ASC' }, 'order'));
  for (const [field, direction] of orders) {
    if (!rules[kind].fields.includes(field.toUpperCase())) throw refused(`Order field not allowed: ${field}`, 'ORDER');
    if (!['ASC', 'DESC'].includes(String(direction).toUpperCase())) {
      throw refused('Order direction should be one of {ASC|DESC}', 'ORDER');
    }
  }
  return {
    fits: (row) => conditions.every((condition) => condition(row)),
    sort: (rows) => [...rows].sort((a, b) => compareBy(orders, a, b) || a.id - b.id),
  };
}

function toCondition(key: string, wanted: unknown, kind: 'get' | 'list'): (row: OfflineRow) => boolean {
  const [, operator = '', field = ''] = /^([^A-Za-z]*)(.*)$/.exec(key) ?? [];
  const read = readers[field.toUpperCase()];
  if (!read || !rules[kind].fields.includes(field.toUpperCase())) {
    throw refused(`Filter field not allowed: ${field}`, 'FILTER');
  }
  if (operator !== '' && !rules[kind].operators.includes(operator)) {
    throw refused(`Filter operation not allowed: ${operator}`, 'FILTER');
  }
  if (typeof wanted === 'object' && operator !== '@') {
    throw refused(`The value of an argument '${field}' has an invalid type`, 'FILTER');
  }
  const toValue = (value: unknown): Value => comparable(field.toUpperCase(), value);
  if (operator === '@') {
    const values = new Set([wanted].flat().map(toValue));
    return (row) => values.has(read(row));
  }
  if (operator === '%') return (row) => String(read(row)).includes(String(wanted));
  const value = toValue(wanted);
  switch (operator) {
    case '>':
      return (row) => read(row) > value;
    case '>=':
      return (row) => read(row) >= value;
    case '<':
      return (row) => read(row) < value;
    case '<=':
      return (row) => read(row) <= value;
    default:
      return (row) => read(row) === value;
  }
}

function comparable(field: string, value: unknown): Value {
  if (field === 'TIMESTAMP_X') return Math.floor(Date.parse(String(value)) / 1000);
  return field === 'ID' || field === 'ERROR' ? Number(value) : String(value);
}

function compareBy(orders: [string, unknown][], a: OfflineRow, b: OfflineRow): number {
  for (const [field, direction] of orders) {
    const read = readers[field.toUpperCase()] as (row: OfflineRow) => Value;
    const sign = String(direction).toUpperCase() === 'DESC' ? -1 : 1;
    if (read(a) !== read(b)) return read(a) < read(b) ? -sign : sign;
  }
  return 0;
}

function mapOf(value: unknown, name: 'filter' | 'order'): Params {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value === 'object') return value as Params;
  throw refused(`The ${name} is not an array.`, name.toUpperCase());
}

function refused(text: string, argument: string): RestError {
  return new RestError(400, 'ERROR_ARGUMENT', text, { argument });
}
