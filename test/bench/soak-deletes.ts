import type { Random } from './random.ts';
import { theirRecord } from './soak-their-edits.ts';
import type { SoakTenant, SoakWorld } from './soak-world.ts';

const sides = [
  { table: 'objects', entity: 'object', kind: 'deal' },
  { table: 'users', entity: 'user', kind: 'contact' },
  { table: 'contracts', entity: 'contract', kind: 'company' },
] as const;

/** Deletions on both sides, and what people take back. */
export function makeDeletes(world: SoakWorld, random: Random) {
  const { sql } = world;
  const takenBack = new Map<string, number>();
  const counts = { ours: 0, theirs: 0, 'ours restored': 0, 'theirs restored': 0 };

  async function deleteOurs(tenant: SoakTenant): Promise<void> {
    const { table } = random.pick(sides);
    const rows = await sql(
      `update ${table} set deleted_at = now() where id =
         (select id from ${table} where tenant_id = $1 and deleted_at is null order by random() limit 1) returning id`,
      [tenant.id],
    );
    counts.ours += rows.length;
  }

  async function restoreOurs(tenant: SoakTenant): Promise<void> {
    const { table } = random.pick(sides);
    const rows = await sql(
      `update ${table} set deleted_at = null where id =
         (select id from ${table} where tenant_id = $1 and deleted_at is not null order by random() limit 1) returning id`,
      [tenant.id],
    );
    counts['ours restored'] += rows.length;
  }

  async function deleteTheirs(tenant: SoakTenant): Promise<void> {
    const { entity, kind } = random.pick(sides);
    const [mapping] = await sql<{ id: number }>(
      `select bitrix24_id::int as id from bitrix24_sync_mappings
        where tenant_id = $1 and local_type = $2 and state = 'linked' order by random() limit 1`,
      [tenant.id, entity],
    );
    const { portal } = tenant;
    if (!mapping || !portal.store.all(kind).some(({ id }) => id === mapping.id)) return;
    portal.records(kind).delete(mapping.id);
    counts.theirs += 1;
  }

  /** Only what has no successor: two records of one origin are people's own doing, and are reported, not mended. */
  async function restoreTheirs(tenant: SoakTenant): Promise<void> {
    const { entity, kind } = random.pick(sides);
    const [mapping] = await sql<{ id: number; local: number }>(
      `select bitrix24_id::int as id, local_id as local from bitrix24_sync_mappings m
        where tenant_id = $1 and local_type = $2
          and (state = 'orphaned' or exists (
                select 1 from sync_held h where h.tenant_id = m.tenant_id and h.entity = m.local_type and h.state = 'held'
                   and h.action = 'create_remote' and h.bitrix24_id = m.bitrix24_id))
        order by random() limit 1`,
      [tenant.id, entity],
    );
    const { portal } = tenant;
    if (!mapping || !portal.recycleBin.list(kind).includes(mapping.id)) return;
    const id = portal.recycleBin.restore(kind, mapping.id, { event: random.pick(['lost', 'told']) });
    takenBack.set(theirRecord({ portal, kind, id }), mapping.local);
    counts['theirs restored'] += 1;
  }

  return {
    counts,
    /** Records that came back from the recycle bin, each with the row that it had stood for. */
    takenBack: takenBack as ReadonlyMap<string, number>,
    async one(): Promise<void> {
      const tenant = random.pick(world.tenants);
      await random.pick([deleteOurs, deleteTheirs, restoreOurs, restoreTheirs])(tenant);
    },
  };
}
