import type { Ledger, Typed } from './soak-typed.ts';
import type { SoakWorld } from './soak-world.ts';

/** A row of ours, or a record of a portal. */
export interface Subject {
  entity: 'object' | 'user' | 'contract';
  localId?: number;
  remoteId?: number;
}

const remoteKinds = { object: 'deal', user: 'contact', contract: 'company' } as const;
/** A fault may have to do with what happened so long before or after it. */
const nearMs = 5000;
const tables = { object: 'objects', user: 'users', contract: 'contracts' } as const;

/** What the app did and noticed for a row and the records that stood for it, and how both are now; a line each, in order of time. */
export async function tellHistory(
  world: SoakWorld,
  ledger: Ledger,
  { entity, localId, remoteId }: Subject,
): Promise<string[]> {
  const { sql } = world;
  const isAbout = `(local_id = $2 or ($3::int is not null and (bitrix24_id::text = $3::text or local_id in (
    select local_id from sync_log where entity = $1 and bitrix24_id::text = $3::text))))`;
  const rows = await sql<{ at: Date; what: string }>(
    `select created_at as at, concat_ws(' ', 'log', tenant_id, entity, local_id, bitrix24_id, direction, operation, actor, changes::text) as what
       from sync_log where entity = $1 and ${isAbout}
     union all
     select created_at, concat_ws(' ', 'conflict', tenant_id, entity, local_id, bitrix24_id, field, winner, state, local_value::text, bitrix24_value::text)
       from sync_conflicts where entity = $1 and ${isAbout}
     union all
     select created_at, concat_ws(' ', 'error', tenant_id, local_id, external_id, operation, code, status, message)
       from integration_errors where local_type = $1 and (local_id = $2 or external_id = $3::text)
     union all
     select since, concat_ws(' ', 'match', tenant_id, local_id, to_jsonb(m)::text)
       from sync_matches m where local_type = $1 and local_id = $2
     order by 1 desc limit 80`,
    [entity, localId ?? null, remoteId ?? null],
  );
  const now = await sql<{ what: string }>(
    `select 'is ' || to_jsonb(r)::text as what from ${tables[entity]} r where id = $1
     union all
     select 'mapping ' || (to_jsonb(m) - 'created_at' - 'updated_at')::text from bitrix24_sync_mappings m
      where local_type = $2 and (local_id = $1 or bitrix24_id::text = $3::text)
     union all
     select 'queued ' || to_jsonb(q)::text from sync_queue q where entity = $2 and record_id = $1 and side = 'local'`,
    [localId ?? null, entity, remoteId ?? null],
  );
  const ids = new Set([remoteId, ...rows.map(({ what }) => Number(/^log \d+ \w+ \d+ (\d+)/.exec(what)?.[1]))]);
  const there = world.portals.flatMap((portal) =>
    [...ids].flatMap((id) => {
      const record = id ? portal.store.get(remoteKinds[entity], id) : undefined;
      return record
        ? [`there ${portal.host} ${JSON.stringify(portal.records(remoteKinds[entity]).get(record.id))}`]
        : [];
    }),
  );
  const near = world.happenings.filter(({ at }) =>
    rows.some((row) => Math.abs(row.at.getTime() - at.getTime()) < nearMs),
  );
  const names = [`${tables[entity]} ${localId}`, ...[...ids].map((id) => `${remoteKinds[entity]} ${id} `)];
  const typed = ledger.all.filter(({ record }) => names.some((name) => record === name || record.startsWith(name)));
  const lines = [
    ...[...rows, ...near].map(({ at, what }) => `${at.toISOString()} ${what}`),
    ...typed.map(lineOf),
  ].sort();
  return [...lines, ...now.map(({ what }) => what), ...there].map((line) => `    ${line}`);
}

function lineOf({ at, record, field, value, replacedBy }: Typed): string {
  const end = replacedBy === null ? '' : typeof replacedBy === 'string' ? ` (${replacedBy})` : ' (replaced)';
  return `${at.toISOString()} typed ${record} ${field} ${JSON.stringify(value)}${end}`;
}
