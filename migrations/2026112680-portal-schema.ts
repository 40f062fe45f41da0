import type { MigrationParams } from '../app/models/migrate.ts';

/** What a portal's fields and lists were when they were read last, and what changed in them. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table portal_schema (
      tenant_id integer not null references companies (id),
      -- fields:object, fields:user, fields:contract, or lists
      part varchar(30) not null,
      -- by name: a field {title, type, isMultiple, isRequired, statusType, options: [{id, name}]}, or a list {options}
      content jsonb not null,
      read_at timestamptz not null default now(),
      primary key (tenant_id, part)
    );
    create table portal_schema_changes (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      part varchar(30) not null,
      -- the field by its upper-case name, or the list by its ENTITY_ID
      name varchar(100) not null,
      -- removed, retyped, required, renamed or option_removed
      kind varchar(20) not null,
      -- the option's id; empty for a change of the field itself
      option_id varchar(100) not null default '',
      title text not null,
      before text,
      after text,
      -- when it was last read without the change
      seen_at timestamptz,
      noticed_at timestamptz not null default now()
    );
    create unique index portal_schema_changes_one on portal_schema_changes (tenant_id, part, name, kind, option_id);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table portal_schema_changes, portal_schema');
}
