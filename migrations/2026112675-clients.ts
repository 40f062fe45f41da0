import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Contracts of one client share one company: a company may be in several mappings, a deal and a contact in one. Each mapping remembers
 * whose contract it was when it was linked, so that a contract that goes to another client is noticed; empty text: a contract without
 * INN, null: not known.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- Whose contract it is: the same INN and KPP, blanks around them apart. Null: a contract without INN stands alone.
    create function axenta_client_key(inn text, kpp text) returns text language sql immutable parallel safe as $$
      select nullif(btrim(inn, E' \\t\\r\\n\\u00a0'), '') || '/' || btrim(coalesce(kpp, ''), E' \\t\\r\\n\\u00a0')
    $$;
    create index contracts_client on contracts (tenant_id, axenta_client_key(client_inn, client_kpp));

    alter table bitrix24_sync_mappings add column client_key text;
    update bitrix24_sync_mappings m set client_key = coalesce(axenta_client_key(c.client_inn, c.client_kpp), '')
      from contracts c where m.local_type = 'contract' and c.tenant_id = m.tenant_id and c.id = m.local_id;
    create index bitrix24_sync_mappings_client on bitrix24_sync_mappings (tenant_id, client_key) where client_key <> '';

    alter table bitrix24_sync_mappings drop constraint bitrix24_sync_mappings_tenant_id_bitrix24_type_bitrix24_id_key;
    create unique index bitrix24_sync_mappings_one_record on bitrix24_sync_mappings (tenant_id, bitrix24_type, bitrix24_id)
      where bitrix24_type <> 'company';
    create index bitrix24_sync_mappings_company on bitrix24_sync_mappings (tenant_id, bitrix24_id) where bitrix24_type = 'company';
  `);
}

/** The release before knows one contract for a company: the first one that is linked keeps it, the others' links are forgotten. */
export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    delete from bitrix24_sync_mappings m using (
      select id, row_number() over (partition by tenant_id, bitrix24_id order by state = 'linked' desc, local_id) as place
        from bitrix24_sync_mappings where bitrix24_type = 'company') r
     where r.id = m.id and r.place > 1;
    drop index bitrix24_sync_mappings_company, bitrix24_sync_mappings_one_record, bitrix24_sync_mappings_client, contracts_client;
    alter table bitrix24_sync_mappings drop column client_key;
    alter table bitrix24_sync_mappings add unique (tenant_id, bitrix24_type, bitrix24_id);
    drop function axenta_client_key(text, text);
  `);
}
