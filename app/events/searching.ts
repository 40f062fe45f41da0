import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { TaskContext } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, type Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import type { ConnectionControl, SyncTimings } from '../sync/deps.ts';
import { backoffMs } from '../sync/faults/backoff.ts';
import { closeFault, type Fault, listOpenFaults, openFault } from '../sync/faults/fault-store.ts';
import { scopeOf } from '../sync/faults/scope.ts';

/** Background searches; each is a task of the job queue by this name. */
const searchNames = ['sweep', 'deletion_sweep', 'duplicate_check', 'offline', 'local_look'] as const;
export type SearchName = (typeof searchNames)[number];

export interface SearchContext extends TaskContext {
  /**
   * Does what belongs to one kind (null: the search has no kinds). A part that fails has a fault and a backoff of its own, `search:<name>`
   * or `search:<name>:<entity>`; the other parts go on. Before its next try a part does nothing.
   */
  part(entity: Entity | null, action: () => Promise<void>): Promise<void>;
}

export type Search = (tenantId: number, context: SearchContext) => Promise<void>;

export interface SearchingDeps {
  db: Database;
  clock: Clock;
  connections: Pick<ConnectionControl, 'find' | 'suspend'>;
  /** Has a search run at the moment given. */
  wake(name: SearchName, tenantIds: readonly number[], runAt: Date): Promise<void>;
  timings: Pick<SyncTimings, 'backoffMs'>;
  /** 0 to 1, for jitter. */
  random(): number;
  searches: Record<SearchName, Search>;
}

interface Part {
  name: SearchName;
  entity: Entity | null;
  /** The fault's subject. */
  subject: string;
}

/** The rest of the search has no sense: the connection is gone or suspended. */
class SearchStopped extends Error {}

/**
 * Makes the running of background searches. What fails in one is that search's own: synchronisation goes on, and only a refusal that
 * closes the connection as a whole suspends it. A limit postpones the search for as long as the portal asks and is no fault.
 * Throws only when PostgreSQL is away. Repeat-safe.
 */
export function makeSearching(deps: SearchingDeps) {
  const { db, clock, connections } = deps;

  async function run(
    name: SearchName,
    tenantId: number,
    context: TaskContext,
    only: ReadonlySet<string> | null = null,
  ): Promise<void> {
    if ((await connections.find(tenantId))?.state !== 'active') return;
    const faults = await listOpenFaults(db, tenantId);
    const open = new Map(faults.filter(({ scope }) => scope === 'search').map((fault) => [fault.subject, fault]));
    const part: SearchContext['part'] = async (entity, action) => {
      const own: Part = { name, entity, subject: entity ? `${name}:${entity}` : name };
      const fault = open.get(own.subject);
      if (only ? !only.has(own.subject) : !isDue(fault)) return;
      try {
        await action();
      } catch (error) {
        if (context.signal.aborted) throw error;
        await fail(tenantId, own, { error, attempts: (fault?.attempts ?? 0) + 1 }, context);
        return;
      }
      if (fault) await closeFault(db, tenantId, { scope: 'search', subject: own.subject });
    };
    try {
      await deps.searches[name](tenantId, { ...context, part });
    } catch (error) {
      if (!context.signal.aborted && !(error instanceof SearchStopped)) throw error;
    }
  }

  const isDue = (fault: Fault | undefined): boolean => !fault?.nextTryAt || fault.nextTryAt <= clock.now();

  async function fail(
    tenantId: number,
    part: Part,
    { error, attempts }: { error: unknown; attempts: number },
    { log }: TaskContext,
  ): Promise<void> {
    if (error instanceof AppError && error.code === 'not_configured') throw new SearchStopped();
    const line = { tenant_id: tenantId, operation: part.name, entity: part.entity, result: 'error', err: error };
    const { scope } = scopeOf(error, { step: 'search', entity: part.entity, name: part.subject });
    if (scope === 'process') throw error;
    const now = clock.now().getTime();
    if (error instanceof Bitrix24Error && scope === 'connection') {
      await connections.suspend(tenantId, error);
      log.error({ ...line, code: error.code }, `Синхронизация остановлена: ${error.text.ru}`);
      throw new SearchStopped();
    }
    const first = deps.timings.backoffMs;
    if (error instanceof Bitrix24Error && error.kind === 'limit') {
      const until = new Date(now + (error.retryAfterMs ?? first));
      await deps.wake(part.name, [tenantId], until);
      const postponed = { tenant_id: tenantId, operation: part.name, entity: part.entity, code: error.code };
      log.info(postponed, `Лимит Битрикс24: поиск отложен до ${until.toISOString()}`);
      return;
    }
    const delay = backoffMs(attempts, first, deps.random());
    const told = describe(part, error);
    const key = { scope: 'search', subject: part.subject } as const;
    await openFault(db, tenantId, { key, error: told, nextTryAt: new Date(now + delay) });
    log.error({ ...line, code: told.code }, `${told.text.ru}. Следующая попытка через ${Math.ceil(delay / 1000)} с`);
  }

  return {
    run,

    /** Probes the tenant's failed parts whose time has come, and nothing else. Repeat-safe. */
    async retryDue(tenantId: number, context: TaskContext): Promise<void> {
      const due = (await listOpenFaults(db, tenantId)).filter((fault) => fault.scope === 'search' && isDue(fault));
      const subjects = new Set(due.map(({ subject }) => subject));
      for (const name of searchNames) {
        const isMeant = [...subjects].some((subject) => subject.split(':')[0] === name);
        if (isMeant) await run(name, tenantId, context, subjects);
      }
    },
  };
}

const what: Record<SearchName, Text> = {
  sweep: { ru: 'Сверка изменений портала не удалась', en: "The search for the portal's changes failed" },
  deletion_sweep: { ru: 'Поиск удалённых записей не удался', en: 'The search for deleted records failed' },
  duplicate_check: { ru: 'Поиск повторов не удался', en: 'The search for doubled records failed' },
  offline: { ru: 'Очередь событий портала не прочитана', en: "The portal's queue of events could not be read" },
  local_look: { ru: 'Сверка записей CRM не удалась', en: 'The look at the records of the CRM failed' },
};

const whose: Record<Entity, Text> = {
  contract: { ru: 'компании', en: 'companies' },
  user: { ru: 'контакты', en: 'contacts' },
  object: { ru: 'сделки', en: 'deals' },
};

/** The failure with the search that met it; a defect of ours is not shown to people. */
function describe({ name, entity }: Part, error: unknown): AppError {
  const { ru, en } = what[name];
  const kind = entity ? whose[entity] : null;
  const reason: Text =
    error instanceof Bitrix24Error
      ? error.reason
      : error instanceof AppError
        ? error.text
        : { ru: 'внутренняя ошибка', en: 'internal error' };
  const text = {
    ru: `${ru}${kind ? ` (${kind.ru})` : ''}: ${reason.ru}`,
    en: `${en}${kind ? ` (${kind.en})` : ''}: ${reason.en}`,
  };
  if (error instanceof Bitrix24Error) {
    return new Bitrix24Error({ code: error.code, rule: error, reason: text, cause: error });
  }
  const code = error instanceof AppError ? error.code : 'internal_error';
  return new AppError({ code, status: 502, text, cause: error });
}
