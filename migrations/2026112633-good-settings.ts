import type { MigrationParams } from '../app/models/migrate.ts';

const automaticTenants = (choice: string) => `
  create or replace function axenta_automatic_tenants(wanted_entity text) returns table (tenant_id integer)
  language sql stable as $$
    select c.id from companies c
     where exists (select 1 from bitrix24_connections b where b.tenant_id = c.id)
       and coalesce(${choice}, true)
  $$`;

const choiceIn = (column: string) => `case c.${column} -> 'automatic' -> wanted_entity
    when 'true'::jsonb then true when 'false'::jsonb then false end`;

/**
 * Settings that another program damaged: the last good value of each key is kept, and a trigger that reads them never fails the
 * writer of a record.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- the last settings that were understood, key by key
    alter table companies add column settings_good jsonb;
    -- what is not understood: [{path, problem: {ru, en}}]
    alter table companies add column settings_problems jsonb not null default '[]';
  `);
  // What is absent means the default; only a value that is no switch falls back to the last good one.
  await run(
    automaticTenants(`case when c.settings -> 'automatic' -> wanted_entity is null and jsonb_typeof(c.settings) = 'object'
      and coalesce(jsonb_typeof(c.settings -> 'automatic'), 'object') = 'object' then true
      else coalesce(${choiceIn('settings')}, ${choiceIn('settings_good')}) end`),
  );
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(automaticTenants(`(c.settings -> 'automatic' ->> wanted_entity)::boolean`));
  await run('alter table companies drop column settings_problems, drop column settings_good');
}
