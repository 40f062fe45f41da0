import type { Stage } from './funnels.ts';
import { accessDenied, type Rights } from './rights.ts';
import type { Status } from './status-lists.ts';
import type { Store } from './store.ts';
import type { PortalSwitches } from './switches.ts';
import { type MethodTable, type RecordKind, RestError } from './types.ts';

type Params = Record<string, unknown>;

const statusPageSize = 50;

const allKinds: RecordKind[] = ['deal', 'contact', 'company'];

/** Stages, funnels, duplicates: what the CRM says about itself. */
export function makeDictionaryMethods(store: Store, rights: Rights, switches: PortalSwitches): MethodTable {
  return {
    'crm.status.list': {
      scope: 'crm',
      write: false,
      run(params, { caller: { userId } }) {
        // Stages are open to people who may read any one kind.
        const mayRead = allKinds.some((kind) => rights.allows({ kind, action: 'read', userId }));
        if (!mayRead) throw new RestError(400, '', 'Access denied.');
        const filter = Object.entries((params.filter ?? {}) as Params);
        for (const [name, value] of filter) {
          if (typeof value === 'object') throw new RestError(400, '', `Filter by ${name} must be a string`);
        }
        const stages = store.funnels.list().flatMap((funnel) => stageRows(funnel.id, store.funnels.stages(funnel.id)));
        const rows = [...stages, ...store.statuses.all().flatMap(([list, values]) => statusRows(list, values))];
        const found = rows.filter((row) => filter.every(([name, value]) => row[name] === value));
        if (switches.statusPage === 'all') return { result: found, total: found.length };
        const start = Number(params.start ?? 0);
        const next = start + statusPageSize;
        const page = { result: found.slice(start, next), total: found.length };
        return next < found.length ? { ...page, next } : page;
      },
    },
    'crm.category.list': {
      scope: 'crm',
      write: false,
      run: ({ entityTypeId }, { caller }) => {
        if (Number(entityTypeId) !== 2)
          throw new RestError(400, 'ENTITY_TYPE_NOT_SUPPORTED', 'Entity type is not supported');
        // A funnel that may not be read is left out, without a refusal.
        const isReadable = rights.allows({ kind: 'deal', action: 'read', userId: caller.userId });
        const funnels = isReadable ? store.funnels.list() : [];
        const categories = funnels.map(({ id, name, sort }) => ({
          ...{ id, name, sort, entityTypeId: 2 },
          // The common funnel comes without origin.
          ...(id === 0 ? { isDefault: 'Y' } : { isDefault: 'N', originId: '', originatorId: '' }),
        }));
        return { result: { categories }, total: categories.length };
      },
    },
    'crm.duplicate.findbycomm': {
      scope: 'crm',
      write: false,
      run(params, { caller: { userId } }) {
        const type = String(params.type ?? '').toUpperCase();
        if (type !== 'EMAIL' && type !== 'PHONE') throw new RestError(400, '', 'Communication type is not defined.');
        const values = (Array.isArray(params.values) ? params.values : [params.values]).slice(0, 20).map(normal(type));
        const kinds = (['contact', 'company'] as RecordKind[]).filter(
          (kind) => !params.entity_type || String(params.entity_type).toLowerCase() === kind,
        );
        const open = kinds.filter((kind) => rights.allows({ kind, action: 'read', userId }));
        if (open.length === 0) throw accessDenied(403);
        const found = open.map((kind) => {
          const ids = rights
            .readable(store.all(kind), kind, userId)
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

function stageRows(funnelId: number, stages: readonly Stage[]): Params[] {
  return stages.map(({ id, name, semantics, extra }, index) => ({
    ID: String(100 + funnelId * 50 + index),
    ENTITY_ID: funnelId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${funnelId}`,
    STATUS_ID: id,
    NAME: name,
    NAME_INIT: name,
    SORT: String((index + 1) * 10),
    SYSTEM: 'Y',
    COLOR: null,
    SEMANTICS: semantics === 'P' ? null : semantics,
    CATEGORY_ID: String(funnelId),
    EXTRA: { SEMANTICS: extra },
  }));
}

/** Rows of lists that are no stages lack the colour, the funnel and EXTRA. */
function statusRows(list: string, values: readonly Status[]): Params[] {
  return values.map(({ id, name }, index) => ({
    ID: String(2000 + list.length * 50 + index),
    ENTITY_ID: list,
    STATUS_ID: id,
    NAME: name,
    NAME_INIT: name,
    SORT: String((index + 1) * 10),
    SYSTEM: 'N',
    COLOR: null,
    SEMANTICS: null,
    CATEGORY_ID: null,
  }));
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
