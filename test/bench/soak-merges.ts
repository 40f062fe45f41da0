import type { Random } from './random.ts';
import { theirRecord } from './soak-their-edits.ts';
import type { SoakWorld } from './soak-world.ts';

const sides = [
  { entity: 'user', kind: 'contact' },
  { entity: 'contract', kind: 'company' },
] as const;

/** Managers merge two contacts, or two companies, on the portal's page of duplicates. */
export function makeMerges(world: SoakWorld, random: Random) {
  /** Records that took others in. */
  const survivors = new Set<string>();
  const counts = { 'with a linked one': 0, 'with a record of their own': 0 };

  return {
    counts,
    survivors: survivors as ReadonlySet<string>,
    async one(): Promise<void> {
      const { id: tenantId, portal } = random.pick(world.tenants);
      const { entity, kind } = random.pick(sides);
      const linked = await world.sql<{ id: number }>(
        `select distinct bitrix24_id::int as id from bitrix24_sync_mappings
          where tenant_id = $1 and local_type = $2 and state = 'linked'`,
        [tenantId, entity],
      );
      const there = linked.map(({ id }) => id).filter((id) => portal.store.get(kind, id));
      if (there.length < 2) return;
      const one = random.pick(there);
      if (random.once(3)) {
        const other = random.pick(there);
        if (other === one) return;
        merge([one, other]);
        counts['with a linked one'] += 1;
        return;
      }
      const own = twinOf(portal.records(kind).get(one));
      const other = Number(portal.records(kind).create(own).ID);
      merge(random.once(2) ? [one, other] : [other, one]);
      counts['with a record of their own'] += 1;

      function merge(ids: readonly [number, number]): void {
        portal.merge(kind, ids);
        survivors.add(theirRecord({ portal, kind, id: ids[0] }));
      }
    },
  };
}

/** The same person or company, entered a second time by somebody. */
function twinOf({ NAME, LAST_NAME, TITLE, EMAIL, PHONE }: Record<string, unknown>): Record<string, unknown> {
  const values = (value: unknown) =>
    ((value ?? []) as { VALUE: string }[]).map(({ VALUE }) => ({ VALUE, VALUE_TYPE: 'WORK' }));
  return { NAME, LAST_NAME, TITLE, EMAIL: values(EMAIL), PHONE: values(PHONE) };
}
