import type { World } from './world.ts';

/** What changes by itself: how full a portal's bucket is, how often something was asked, when a schedule fired, how far a sweep has come, which looks are due, what was read. */
const restless = ['portal_limits', 'rate_limits', 'cron_runs', 'sync_watermarks', 'local_looks', 'portal_schema'];
const restlessColumns = ['next_sweep_at', 'checked_at'];

/** What was asked of the portal, in one table a day. */
const isOfRequests = (table: string) => table.startsWith('bitrix24_requests');

/** A digest of every row of every table, by table: equal before and after means that nothing was changed. */
export async function fingerprint(world: World): Promise<Record<string, string>> {
  const tables = await world.sql<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !restless.includes(table.name) && !isOfRequests(table.name))) {
    const [row] = await world.sql<{ digest: string }>(
      `with r as (select (to_jsonb(t) - $1::text[])::text as row from "${name}" t)
       select count(*) || ':' || coalesce(md5(string_agg(row, '|' order by row)), '') as digest from r`,
      [restlessColumns],
    );
    digests[name] = row?.digest ?? '';
  }
  return digests;
}
