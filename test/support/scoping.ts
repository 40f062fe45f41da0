import { expect } from 'chai';
import { eventually } from './eventually.ts';
import { type Answer, startWorld, type Tenant, unlimited } from './world.ts';

export const address = '/api/integration/bitrix24';
export type Entity = 'object' | 'user' | 'contract';
export type Values = Record<string, unknown>;

/** Names of the two sides: a field that people change there, and another one that the CRM changes. */
export const kinds = {
  object: { table: 'objects', type: 'deal', name: 'name', title: 'TITLE', other: 'description' },
  user: { table: 'users', type: 'contact', name: 'name', title: 'NAME', other: 'email' },
  contract: { table: 'contracts', type: 'company', name: 'client_name', title: 'TITLE', other: 'client_email' },
} as const;

/** The portal's second funnel. */
export const serviceFunnel = 1;

export type Scoping = Awaited<ReturnType<typeof startScoping>>;

/** A world with a connected company and what stories about scopes do in it. */
export async function startScoping({ events = true } = {}) {
  const world = await startWorld(unlimited);
  const tenant: Tenant = await world.addTenant();
  expect(world.portal.store.funnels.add('Сервис')).to.equal(serviceFunnel);
  await (events ? world.connectWithEvents(tenant) : world.connect(tenant));
  let nextNumber = 100;

  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    world.call(tenant.token, method, `${address}${path}`, body);

  return {
    world,
    tenant,
    call,

    /** Saves settings and waits until everything is as they say. */
    async put(settings: Values): Promise<void> {
      const answer = await call('PUT', '/settings', settings);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      await world.settled();
    },

    async insert(entity: Entity, values: Values): Promise<number> {
      const own = entity === 'contract' ? { number: `Д-${nextNumber++}`, ...values } : values;
      const all = Object.entries({ tenant_id: tenant.id, ...own });
      const [row] = await world.sql<{ id: number }>(
        `insert into ${kinds[entity].table} (${all.map(([name]) => name).join(', ')})
         values (${all.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
        all.map(([, value]) => value),
      );
      return row?.id ?? 0;
    },

    async update(entity: Entity, id: number, values: Values): Promise<void> {
      const changes = Object.keys(values).map((name, index) => `${name} = $${index + 2}`);
      const text = `update ${kinds[entity].table} set ${changes.join(', ')} where id = $1`;
      await world.sql(text, [id, ...Object.values(values)]);
    },

    /** Makes objects of these types as a program does whose writing no trigger sees. */
    async insertUnseen(types: readonly string[]): Promise<number[]> {
      const rows = await world.sql<{ id: number }>(
        `with unseen as materialized (select set_config('axenta.sync_origin', 'bitrix24', true))
         insert into objects (tenant_id, name, type)
         select $1, type, type from unseen cross join unnest($2::text[]) with ordinality as t (type, place) order by place
         returning id`,
        [tenant.id, types],
      );
      return rows.map(({ id }) => id);
    },

    /** Changes rows as a program does whose writing no trigger sees. */
    async updateUnseen(entity: Entity, id: number, column: string, value: unknown): Promise<void> {
      await world.sql(
        `with unseen as materialized (select set_config('axenta.sync_origin', 'bitrix24', true))
         update ${kinds[entity].table} set ${column} = $2 from unseen where id = $1`,
        [id, value],
      );
    },

    async read(entity: Entity, id: number): Promise<Values> {
      const [row] = await world.sql<Values>(`select * from ${kinds[entity].table} where id = $1`, [id]);
      return row ?? {};
    },

    async mapping(entity: Entity, localId: number): Promise<{ state: string; excluded: string | null } | null> {
      const rows = await world.sql<{ state: string; excluded: string | null }>(
        'select state, excluded from bitrix24_sync_mappings where local_type = $1 and local_id = $2',
        [entity, localId],
      );
      return rows[0] ?? null;
    },

    records: (entity: Entity) => world.portal.records(kinds[entity].type),

    /** Methods that changed something in the portal since its journal was cleared. */
    writes: (): string[] => world.portal.journal.calls({ write: true }).map(({ method }) => method),

    /** Starts a run at an address, waits for its end and returns it. */
    async run(to: 'to' | 'from', body: Values): Promise<Values> {
      const started = await call('POST', `/sync/${to}`, body);
      expect(started.status, JSON.stringify(started.body)).to.equal(202);
      return eventually(async () => {
        const { body: answer } = await call('GET', `/runs/${started.body.data.id}`);
        return answer.data.state === 'finished' && answer.data;
      });
    },
  };
}
