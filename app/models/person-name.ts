/** SQL for the name of somebody who works in a portal, null for other callers. Both arguments are columns: the tenant's, and that of the token's `sub`. */
export function personNameSql(tenant: string, subject: string): string {
  return `(select p.name from portal_people p where p.tenant_id = ${tenant} and p.subject = ${subject})`;
}
