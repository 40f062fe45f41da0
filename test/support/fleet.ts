import type { Tenant, World } from './world.ts';

/** An object and its deal. */
export interface Vehicle {
  id: number;
  dealId: number;
}

const bitrix24 = '/api/integration/bitrix24';

export const onRemote = (policy: string) => ({ on_bitrix24_delete: { object: policy } });
export const onLocal = (policy: string) => ({ on_local_delete: { object: policy } });

export type Fleet = ReturnType<typeof makeFleet>;

/** Many objects with deals, ways to lose them, and what became of them. */
export function makeFleet(world: World, tenant: Tenant) {
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const listHeld = async (query = '') => (await call('GET', `${bitrix24}/held?limit=100${query}`)).body.data.held;
  return {
    call,
    listHeld,

    /** Adds objects and waits for their deals; returns all, in the order of their ids. */
    async add(count: number, settings: object): Promise<Vehicle[]> {
      await call('PUT', `${bitrix24}/settings`, settings);
      await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, $2) n`, [
        tenant.id,
        count,
      ]);
      await world.settled(30_000);
      return world.sql<Vehicle>(
        `select local_id as id, bitrix24_id::integer as "dealId" from bitrix24_sync_mappings order by local_id`,
      );
    },

    /** Deletes deals without a word; the nightly comparison finds them. */
    async loseDeals(lost: readonly Vehicle[]): Promise<void> {
      world.portal.events.faults.lossRate = 1;
      for (const { dealId } of lost) world.portal.records('deal').delete(dealId);
      world.portal.events.faults.lossRate = 0;
      await world.runJob('deletion_sweep', tenant);
      await world.settled();
    },

    /** Deletes objects in one statement, as another program does. */
    async deleteObjects(deleted: readonly Vehicle[]): Promise<void> {
      await world.sql('update objects set deleted_at = now() where id = any($1)', [deleted.map(({ id }) => id)]);
      await world.settled();
    },

    async heldIds(): Promise<number[]> {
      return (await listHeld()).map((row: { local_id: number }) => row.local_id).sort((a: number, b: number) => a - b);
    },

    async livingIds(): Promise<number[]> {
      const rows = await world.sql<{ id: number }>('select id from objects where deleted_at is null order by id');
      return rows.map(({ id }) => id);
    },

    async stateOf(id: number): Promise<unknown> {
      return (await world.sql('select state from bitrix24_sync_mappings where local_id = $1', [id]))[0]?.state;
    },

    linesOf: (id: number) => world.sql('select operation, actor from sync_log where local_id = $1 order by id', [id]),
  };
}

export const idsOf = (fleet: readonly Vehicle[]): number[] => fleet.map(({ id }) => id);
