import type pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { DatabaseLink } from '../models/database-link.ts';
import type { JobQueue, Task } from './queue.ts';

const checkMs = 1000;

export interface DueCheckDeps {
  pool: pg.Pool;
  queue: JobQueue;
  link: Pick<DatabaseLink, 'isUp'>;
  /** The last priority that a person waits for; larger numbers are bulk work. */
  lastUrgent: number;
  clock: Clock;
  log: Log;
}

export type DueCheck = ReturnType<typeof makeDueCheck>;

/**
 * Makes what wakes the workers of tenants that have something due: at once when a writer says so, and by a cheap look every second for
 * what is due later, what a lost notice hid, and what a dead job left.
 */
export function makeDueCheck({ pool, queue, link, lastUrgent, clock, log }: DueCheckDeps) {
  const heard = new Set<number>();
  /** By tenant: looks for what becomes due before the next check. */
  const alarms = new Map<number, NodeJS.Timeout>();
  let waking: Promise<void> | null = null;

  /** Wakes those of the tenants that have something due; null means all. Repeat-safe. */
  async function wakeDue(tenantIds: readonly number[] | null): Promise<void> {
    const rows = await findDueTenants(pool, tenantIds, lastUrgent);
    for (const task of new Set(rows.map((row) => row.task))) {
      await queue.wake(
        task,
        rows.filter((row) => row.task === task).map((row) => row.id),
      );
    }
  }

  async function wakeHeard(): Promise<void> {
    while (heard.size > 0) {
      const tenantIds = [...heard];
      heard.clear();
      await wakeDue(tenantIds)
        .then(() => setAlarms(tenantIds))
        .catch(warn);
    }
  }

  async function setAlarms(tenantIds: readonly number[]): Promise<void> {
    for (const { id, inMs } of await findSoonDue(pool, tenantIds)) {
      if (alarms.has(id)) continue;
      const ring = () => {
        alarms.delete(id);
        hear(String(id));
      };
      alarms.set(id, setTimeout(ring, inMs));
    }
  }

  function hear(payload: string): void {
    const tenantId = Number(payload);
    if (!Number.isSafeInteger(tenantId) || tenantId <= 0) return;
    heard.add(tenantId);
    waking ??= wakeHeard().finally(() => {
      waking = null;
    });
  }

  function warn(error: unknown): void {
    if (link.isUp) log.warn({ err: error, operation: 'due_check' }, 'Проверка очереди не удалась, она повторится');
  }

  return {
    wakeDue,

    /** A writer's notice; the payload is the tenant's id. Notices of one burst become one statement. */
    hear,

    /** Begins to look every second. */
    start(): { stop(): Promise<void> } {
      const stopping = new AbortController();
      const { signal } = stopping;
      const running = (async () => {
        while (!signal.aborted) {
          if (link.isUp) await wakeDue(null).catch(warn);
          await clock.sleep(checkMs, signal).catch(() => undefined);
        }
      })();
      return {
        async stop() {
          stopping.abort();
          await running;
          await waking;
          for (const alarm of alarms.values()) clearTimeout(alarm);
          alarms.clear();
        },
      };
    },
  };
}

/** One index probe per connected tenant; a job that waits already is left as it is. The most urgent due row decides the lane. */
const dueTenants = `
  select c.tenant_id as id,
         case when b.slow_until > now() then 'reconcile_slow'
              when (select q.due_at from sync_queue q
                     where q.tenant_id = c.tenant_id and q.priority <= $2::integer
                     order by q.due_at limit 1) <= now() then 'reconcile'
              else 'reconcile_bulk' end as task
    from bitrix24_effective_connections c join bitrix24_connections b using (tenant_id, kind)
   where c.state = 'active' and not exists (select 1 from sync_pauses p where p.tenant_id = c.tenant_id and p.entity is null)
     and (c.paused_until is null or c.paused_until <= now())
     and ($1::integer[] is null or c.tenant_id = any($1))
     and ((select q.due_at from sync_queue q where q.tenant_id = c.tenant_id order by q.due_at limit 1) <= now()
       or exists (select 1 from sync_runs r where r.tenant_id = c.tenant_id and r.state = 'running'
                     and (r.scan is not null or not exists (select 1 from sync_queue q where q.run_id = r.id))))`;

/** A tenant that has something due and may run now, and the task that its most urgent record asks for. */
export interface DueTenant {
  id: number;
  task: Task;
}

/** Connected tenants, of all or of these, that have something due. Priorities up to `lastUrgent` are urgent. */
export async function findDueTenants(
  pool: pg.Pool,
  tenantIds: readonly number[] | null,
  lastUrgent: number,
): Promise<DueTenant[]> {
  return (await pool.query<DueTenant>(dueTenants, [tenantIds, lastUrgent])).rows;
}

/** When the next row of each of these tenants becomes due, where that is before the next check; ms from now. */
async function findSoonDue(pool: pg.Pool, tenantIds: readonly number[]): Promise<{ id: number; inMs: number }[]> {
  const { rows } = await pool.query<{ id: number; inMs: number }>(
    `select t.id, ceil(extract(epoch from next.due_at - now()) * 1000)::float8 as "inMs"
       from unnest($1::integer[]) as t (id), lateral (
         select q.due_at from sync_queue q where q.tenant_id = t.id and q.due_at > now() order by q.due_at limit 1) as next
      where next.due_at < now() + make_interval(secs => $2::float8 / 1000)`,
    [tenantIds, checkMs],
  );
  return rows;
}
