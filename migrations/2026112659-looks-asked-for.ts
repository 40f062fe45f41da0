import type { MigrationParams } from '../app/models/migrate.ts';

const ask = (tenant: string) => `
      insert into local_looks (tenant_id) values (${tenant})
      on conflict (tenant_id) do update set asked_at = now(), after_xid = null;`;

/**
 * Whatever makes a connection or switches a kind on asks for a look from our side, plain SQL included: transactions that are open at that
 * moment may have seen the former state and queue nothing.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- the transactions of this database that were open when the wish was noted, and are waited for
    alter table local_looks add column waits_for text[];

    create function axenta_ask_after_connection() returns trigger language plpgsql security definer set search_path from current as $$
    begin ${ask('new.tenant_id')}
      return null;
    end $$;
    create trigger bitrix24_connections_made after insert on bitrix24_connections
      for each row execute function axenta_ask_after_connection();

    create function axenta_ask_after_automatic() returns trigger language plpgsql security definer set search_path from current as $$
    begin
      if exists (select 1 from unnest(array['contract', 'object', 'user']) as e
                  where old.settings -> 'automatic' -> e = 'false'::jsonb
                    and (new.settings -> 'automatic' -> e) is distinct from 'false'::jsonb) then ${ask('new.id')}
      end if;
      return null;
    end $$;
    create trigger companies_automatic_on after update on companies
      for each row when (old.settings is distinct from new.settings) execute function axenta_ask_after_automatic();
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop trigger companies_automatic_on on companies;
    drop trigger bitrix24_connections_made on bitrix24_connections;
    drop function axenta_ask_after_automatic();
    drop function axenta_ask_after_connection();
    alter table local_looks drop column waits_for;
  `);
}
