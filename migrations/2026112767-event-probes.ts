import type { MigrationParams } from '../app/models/migrate.ts';

/** Trial events that a portal was asked to send: one process asks, another may receive. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table event_probes (
      tenant_id integer not null references companies (id),
      nonce varchar(100) not null,
      sent_at timestamptz not null default now(),
      seen_at timestamptz,
      primary key (tenant_id, nonce)
    );
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table event_probes');
}
