import type { MigrationParams } from '../app/models/migrate.ts';

/** Fields about which a person is asked have one conflict each, which stays until the answer is carried out. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table sync_conflicts
      -- open, or decided and not carried out yet: the field rests on both sides
      add column standing boolean not null default false,
      add column decision varchar(10) check (decision in ('crm', 'bitrix24')),
      add column decided_by varchar(255),
      add column local_changed_at timestamptz,
      add column bitrix24_changed_at timestamptz,
      -- the portal's id of the person who saved the record last
      add column bitrix24_changed_by varchar(20);
    create unique index sync_conflicts_standing on sync_conflicts (tenant_id, entity, local_id, field) where standing;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_conflicts_standing;
    alter table sync_conflicts drop column standing, drop column decision, drop column decided_by,
      drop column local_changed_at, drop column bitrix24_changed_at, drop column bitrix24_changed_by;
  `);
}
