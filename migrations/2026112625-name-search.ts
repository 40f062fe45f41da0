import type { MigrationParams } from '../app/models/migrate.ts';

const names = {
  objects: 'name',
  users: 'name',
  // as the list of mappings names a contract
  contracts: `(number || ' ' || coalesce(client_name, ''))`,
};

/**
 * Indexes that find a part of a name within one tenant. They need two extensions that come with PostgreSQL; where this user may not
 * create them the search reads the tenant's records instead, so nothing depends on them.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  const indexes = Object.entries(names).map(
    ([table, name]) =>
      `execute format('create index ${table}_name_part on ${table} using gin (tenant_id %1$s.int4_ops, %2$s %3$s.gin_trgm_ops)',
                      integers, ${literal(name)}, letters);`,
  );
  await run(`
    do $do$
    declare
      letters text;
      integers text;
    begin
      -- a schema of our own, so that taking the migration back leaves what others installed
      create schema if not exists axenta_search;
      create extension if not exists pg_trgm schema axenta_search;
      create extension if not exists btree_gin schema axenta_search;
      select quote_ident(nspname) into letters from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm';
      select quote_ident(nspname) into integers from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'btree_gin';
      ${indexes.join('\n      ')}
    exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
      raise warning 'Names are searched without an index: %', sqlerrm;
    end $do$;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  for (const table of Object.keys(names)) await run(`drop index if exists ${table}_name_part`);
  await run('drop schema if exists axenta_search cascade');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
