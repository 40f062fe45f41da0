import pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { JobQueue } from './queue.ts';

/** Channel on which writers say, when they commit, that a tenant has something due; the payload is the tenant's id. */
export const syncChannel = 'axenta_sync';

const checkMs = 1000;
const reconnectMs = 500;

export interface DueCheckDeps {
  databaseUrl: string;
  pool: pg.Pool;
  queue: JobQueue;
  clock: Clock;
  log: Log;
}

/**
 * Wakes the workers of tenants that have something due: at once when a writer says so, and by a cheap look every second for what is
 * due later, what a lost notice hid, and what a dead job left.
 */
export async function startDueCheck({
  databaseUrl,
  pool,
  queue,
  clock,
  log,
}: DueCheckDeps): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const heard = new Set<number>();
  let waking: Promise<void> | null = null;

  // Notices of one burst become one statement.
  function hear(tenantId: number): void {
    heard.add(tenantId);
    waking ??= wakeHeard().finally(() => {
      waking = null;
    });
  }

  async function wakeHeard(): Promise<void> {
    while (heard.size > 0) {
      const tenantIds = [...heard];
      heard.clear();
      await wakeDue(tenantIds).catch(warn);
    }
  }

  async function wakeDue(tenantIds: readonly number[] | null): Promise<void> {
    await queue.wake('reconcile', await findDueTenants(pool, tenantIds));
  }

  function warn(error: unknown): void {
    if (!signal.aborted)
      log.warn({ err: error, operation: 'due_check' }, 'Проверка очереди не удалась, она повторится');
  }

  async function keepChecking(): Promise<void> {
    while (!signal.aborted) {
      await wakeDue(null).catch(warn);
      await clock.sleep(checkMs, signal).catch(() => undefined);
    }
  }

  async function keepListening(): Promise<void> {
    while (!signal.aborted) {
      await listen(databaseUrl, hear, signal).catch(warn);
      await clock.sleep(reconnectMs, signal).catch(() => undefined);
    }
  }

  const running = Promise.all([keepChecking(), keepListening()]);
  return {
    async stop() {
      stopping.abort();
      await running;
      await waking;
    },
  };
}

/** One index probe per connected tenant; a job that waits already is left as it is. */
const dueTenants = `
  select c.tenant_id as id from bitrix24_effective_connections c
   where c.state = 'active' and (c.paused_until is null or c.paused_until <= now())
     and ($1::integer[] is null or c.tenant_id = any($1))
     and ((select q.due_at from sync_queue q where q.tenant_id = c.tenant_id order by q.due_at limit 1) <= now()
       or exists (select 1 from sync_runs r where r.tenant_id = c.tenant_id and r.state = 'running'
                     and (r.scan is not null or not exists (select 1 from sync_queue q where q.run_id = r.id))))`;

/** Connected tenants, of all or of these, that have something due and may run now. */
export async function findDueTenants(pool: pg.Pool, tenantIds: readonly number[] | null): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(dueTenants, [tenantIds]);
  return rows.map((row) => row.id);
}

/** Listens until the connection breaks or the signal is given. */
async function listen(databaseUrl: string, hear: (tenantId: number) => void, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'axenta-bitrix24-due',
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  client.on('notification', ({ payload }) => {
    const tenantId = Number(payload);
    if (Number.isSafeInteger(tenantId) && tenantId > 0) hear(tenantId);
  });
  try {
    await client.connect();
    await client.query(`listen ${syncChannel}`);
    await ended;
  } finally {
    await client.end().catch(() => undefined);
  }
}
