import { randomInt } from 'node:crypto';
import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Eight letters that name this database in the ORIGIN_ID of every record that it makes in a portal: two CRM databases that work on one
 * portal never take each other's records for their own, although their rows have the same numbers.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  const name = Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('');
  await run(`
    create table axenta_database (
      only_row boolean primary key default true check (only_row),
      name varchar(8) not null check (name ~ '^[a-z]{8}$'),
      created_at timestamptz not null default now()
    );
    insert into axenta_database (name) values ('${name}');
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table axenta_database');
}
