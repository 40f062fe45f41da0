/**
 * SQL for the name that people know a CRM record by, null when it has none or is gone; for the rows of a page, not for a filter.
 * `entity` and `id` are columns, `tenant` the column of the tenant.
 */
export function localNameSql({ tenant, entity, id }: { tenant: string; entity: string; id: string }): string {
  const of = (table: string, name: string) =>
    `(select ${name} from ${table} r where r.tenant_id = ${tenant} and r.id = ${id})`;
  return `nullif(case ${entity}
    when 'object' then ${of('objects', 'r.name')}
    when 'user' then ${of('users', 'r.name')}
    when 'contract' then ${of('contracts', `concat_ws(' ', r.number, r.client_name)`)}
  end, '')`;
}
