import type { Tenant, World } from './world.ts';

/** Contracts and their companies, as the stories about clients look at them. */
export function clientsOf(world: World, tenant: Tenant) {
  const companies = () => world.portal.records('company');
  return {
    /** Adds a contract; returns its id. */
    async add(number: string, columns: Record<string, unknown> = {}): Promise<number> {
      const { status, body } = await world.call(tenant.token, 'POST', '/api/contracts', { number, ...columns });
      if (status !== 201) throw new Error(`No contract ${number}: ${JSON.stringify(body)}`);
      return body.data.id;
    },

    async edit(id: number, columns: Record<string, unknown>): Promise<void> {
      const { status, body } = await world.call(tenant.token, 'PATCH', `/api/contracts/${id}`, columns);
      if (status !== 200) throw new Error(`Contract ${id} was not changed: ${JSON.stringify(body)}`);
    },

    async remove(id: number): Promise<void> {
      await world.call(tenant.token, 'DELETE', `/api/contracts/${id}`);
    },

    /** The id of the company that a contract is linked with. */
    async companyOf(id: number): Promise<number> {
      return Number((await world.remoteOf(tenant, 'contract', id)).ID);
    },

    list: () => companies().list(),
    get: (id: number) => companies().get(id),

    /** The values of a company's multifield. */
    reach(id: number, field: 'EMAIL' | 'PHONE'): string[] {
      const items = (companies().get(id)[field] ?? []) as { VALUE: string }[];
      return items.map(({ VALUE }) => VALUE);
    },

    /** What our part of a company's COMMENTS says, without the marker. */
    linesOf(id: number): string[] {
      const [, lines = ''] = String(companies().get(id).COMMENTS ?? '').split(/———.*———\n/);
      return lines.split('\n');
    },

    /** The value of a column in each contract, by number. */
    async values(column: string): Promise<Record<string, unknown>> {
      const rows = await world.sql<{ number: string; value: unknown }>(
        `select number, ${column} as value from contracts where tenant_id = $1 and deleted_at is null order by number`,
        [tenant.id],
      );
      return Object.fromEntries(rows.map(({ number, value }) => [number, value]));
    },

    /** Mappings as number, company and state. */
    async mappings(): Promise<string[]> {
      const rows = await world.sql<{ line: string }>(
        `select c.number || ' ' || m.bitrix24_id || ' ' || m.state as line from bitrix24_sync_mappings m
           join contracts c on c.id = m.local_id where m.tenant_id = $1 and m.local_type = 'contract' order by 1`,
        [tenant.id],
      );
      return rows.map(({ line }) => line);
    },
  };
}

export type Clients = ReturnType<typeof clientsOf>;
