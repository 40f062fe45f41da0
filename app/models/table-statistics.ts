import { type Database, queryRows } from './database.ts';

/**
 * Lets PostgreSQL count the rows of tables that have grown much since it last did. It does so by itself, but only once a minute: until
 * then it takes a queue that a first load has just filled for an empty one, and reads all of it for each record. Tables of another owner
 * and tables that are being counted already are passed over. Returns the names of the counted tables. Repeat-safe.
 * Source: postgresql.org/docs/current/routine-vacuuming.html, 24.1.3 and 24.1.6 (2026-11).
 */
export async function countGrownTables(db: Database): Promise<string[]> {
  const grown = await queryRows<{ name: string; quoted: string }>(
    db,
    `select relname as name, quote_ident(schemaname) || '.' || quote_ident(relname) as quoted from pg_stat_user_tables
      where schemaname = current_schema() and n_mod_since_analyze > 5000 + n_live_tup / 5
        and pg_has_role((select relowner from pg_class where oid = relid), 'usage')
      order by relname`,
  );
  for (const { quoted } of grown) await db.query(`analyze (skip_locked) ${quoted}`);
  return grown.map(({ name }) => name);
}
