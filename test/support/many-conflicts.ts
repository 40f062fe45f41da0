import type { Tenant, World } from './world.ts';

/** How many conflicts of each sort `addManyConflicts` makes. */
export const sorts = { title: 220, description: 100, first_link: 60, asked: 20 };
export const allConflicts = Object.values(sorts).reduce((sum, count) => sum + count, 0);

/**
 * Gives a tenant 400 linked objects with a conflict each: titles where the portal won, descriptions where the CRM did, first links where each
 * side kept its own, and twenty about which a person is asked. One in four is more than a week old.
 */
export async function addManyConflicts(world: World, tenant: Tenant): Promise<void> {
  await world.sql(
    `with made as (
       insert into objects (tenant_id, name, description)
       select $1, 'Газель ' || lpad(n::text, 3, '0') || ' белая в портале', 'Холодильник до −20 °C' from generate_series(1, $2::integer) n
       returning id, name),
     numbered as (select id, name, row_number() over (order by id) as n from made),
     linked as (
       insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state)
       select $1, 'object', id, 'deal', (id + 9000)::text, 'linked' from numbered),
     sorted as (
       select id, name, n, case when n <= 20 then 'asked' when n <= 80 then 'first_link' when n <= 180 then 'description' else 'title' end as sort
         from numbered)
     insert into sync_conflicts (tenant_id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy, standing,
            local_changed_at, bitrix24_changed_at, bitrix24_changed_by, created_at)
     select $1, 'object', id, (id + 9000)::text, case sort when 'description' then 'description' else 'title' end,
            to_jsonb(case sort when 'description' then 'Холодильник до −20 °C' else replace(name, 'белая в портале', 'синяя в CRM') end),
            to_jsonb(case sort when 'description' then 'Холодильник до −25 °C' else name end),
            case sort when 'title' then 'bitrix24' when 'description' then 'crm' else 'none' end,
            case sort when 'asked' then 'ask' when 'first_link' then 'fill_only' when 'description' then 'crm' else 'latest' end,
            sort = 'asked', now() - interval '3 hours', now() - interval '2 hours', '7',
            now() - case when n % 4 = 0 then interval '9 days' else interval '2 hours' end
       from sorted`,
    [tenant.id, allConflicts],
  );
}
