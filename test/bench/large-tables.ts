import type { Pool } from 'pg';

/** How large the tables are: one tenant has a fifth of everything. */
export const sizes = {
  tenants: 1000,
  large: 200_000,
  small: 800,
  queued: 200_000,
  putOff: 100_000,
  /** Rows that PostgreSQL has not counted yet: it takes their tenant for one without any. */
  uncounted: 30_000,
  logLines: 500_000,
  errors: 100_000,
};

/** Fills the tables by plain SQL, without triggers, and counts what triggers would have counted. The large tenant is number 1. */
export async function fillLargeTables(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set session_replication_role = replica`);
    for (const sql of statements) await client.query(sql);
    await client.query(`set session_replication_role = origin`);
    await client.query('vacuum analyze');
    for (const sql of laterStatements) await client.query(sql);
  } finally {
    client.release();
  }
}

/** A first load that has just begun, of the second tenant. */
const laterStatements = [
  'alter table sync_queue set (autovacuum_enabled = off)',
  `insert into sync_queue (tenant_id, entity, side, record_id, reason, priority)
   select 2, 'object', 'local', 10000000 + n, 'run', 20 from generate_series(1, ${sizes.uncounted}) n`,
];

const statements = [
  `insert into companies (name) select 'ООО ' || n from generate_series(1, ${sizes.tenants}) n`,
  `insert into bitrix24_connections (tenant_id, kind, portal_host) select id, 'webhook', 'portal.example' from companies`,
  `insert into objects (tenant_id, name, description)
   select t.id, (array['Камаз', 'Газель', 'Урал', 'Скания'])[1 + n % 4] || ' ' || md5(t.id || ':' || n), 'Датчик топлива'
     from companies t cross join lateral generate_series(1, case t.id when 1 then ${sizes.large} else ${sizes.small} end) n`,
  `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, last_sync_at, local_shadow, bitrix24_shadow)
   select tenant_id, 'object', id, 'deal', (id + 1000)::text, now(), jsonb_build_object('title', name), jsonb_build_object('values', jsonb_build_object('title', name))
     from objects order by id`,
  `insert into sync_mapping_counts select tenant_id, local_type, count(*), max(last_sync_at) from bitrix24_sync_mappings group by 1, 2`,
  `insert into sync_queue (tenant_id, entity, side, record_id, reason, priority)
   select 1, 'object', 'local', id, 'run', 20 from objects where tenant_id = 1 limit ${sizes.queued}`,
  `insert into sync_queue (tenant_id, entity, side, record_id, priority, due_at)
   select 1, 'object', 'bitrix24', n, 10, now() + interval '1 hour' from generate_series(1, ${sizes.putOff}) n`,
  `insert into sync_log (tenant_id, entity, local_id, direction, operation, created_at)
   select case when n % 5 < 2 then 1 else 1 + n % ${sizes.tenants} end, 'object', n, 'to_bitrix', 'update', now() - n * interval '5 seconds'
     from generate_series(1, ${sizes.logLines}) n`,
  `insert into sync_log_hours select tenant_id, date_trunc('hour', created_at, 'UTC'), entity, direction, count(*) from sync_log group by 1, 2, 3, 4`,
  `insert into integration_errors (tenant_id, operation, local_type, local_id, kind, code, message, retryable, status, created_at)
   select case when n % 5 < 2 then 1 else 1 + n % ${sizes.tenants} end, 'update_deal', 'object', n, 'validation', 'REFUSED', 'Отказ', false,
          case when n % 20 = 0 then 'failed' else 'resolved' end, now() - n * interval '25 seconds'
     from generate_series(1, ${sizes.errors}) n`,
];
