import { splitComments } from '../../app/field-maps/comments.ts';
import { plainText } from '../../app/field-maps/markup.ts';
import { nothingRemembered } from '../../app/field-maps/types.ts';
import { multisetOf } from './counting.ts';
import type { SoakTenant, SoakWorld } from './soak-world.ts';

interface Kind {
  entity: 'object' | 'user' | 'contract';
  remote: 'deal' | 'contact' | 'company';
  rows: string;
  /** Their value that stands for `first` of our row. */
  theirs(record: Record<string, unknown>): string;
}

/** Whoever edits a title may leave the contract's number out, or in: that is no difference. */
const withoutNumber = (title: string) => text(title.replace(/ \(договор [^()]*\)$/, ''));

const text = (value: unknown) => String(value ?? '').trim();

/** The origin without the name of the database, which is the same for all. */
const originIn = ({ ORIGIN_ID }: Record<string, unknown>) => text(ORIGIN_ID).replace(/^[a-z]{8}:/, '');

const tables = [
  { entity: 'object', table: 'objects' },
  { entity: 'user', table: 'users' },
  { entity: 'contract', table: 'contracts' },
] as const;

const kinds: Kind[] = [
  {
    entity: 'object',
    remote: 'deal',
    rows: `select id, name as first, coalesce(description, '') as second from objects where tenant_id = $1 and deleted_at is null`,
    theirs: ({ TITLE }) => text(TITLE),
  },
  {
    entity: 'user',
    remote: 'contact',
    rows: `select id, name as first, coalesce(phone, '') as second from users where tenant_id = $1 and deleted_at is null`,
    theirs: ({ NAME, LAST_NAME }) => text(`${text(NAME)} ${text(LAST_NAME)}`),
  },
  {
    entity: 'contract',
    remote: 'company',
    rows: `select id, client_name as first, '' as second from contracts where tenant_id = $1 and deleted_at is null`,
    theirs: ({ TITLE }) => text(TITLE),
  },
];

/** Rows that are linked with a record that another row of the same company stands for already, or that changed their company. */
export async function findForeign({ sql }: SoakWorld): Promise<string[]> {
  const doubled = await sql<{ what: string }>(
    `select tenant_id || ': ' || local_type || 's ' || string_agg(local_id::text, ', ') || ' share ' || bitrix24_id as what
       from bitrix24_sync_mappings where state = 'linked' and local_type <> 'contract'
      group by tenant_id, local_type, bitrix24_id having count(*) > 1`,
  );
  const moved: string[] = [];
  for (const { entity, table } of tables) {
    const rows = await sql<{ local_id: number }>(
      `select m.local_id from bitrix24_sync_mappings m join ${table} r on r.id = m.local_id
        where m.local_type = $1 and r.tenant_id <> m.tenant_id`,
      [entity],
    );
    moved.push(...rows.map((row) => `${entity} ${row.local_id} belongs to another company now`));
  }
  return [...doubled.map(({ what }) => what), ...moved];
}

/** What is wrong now that everything has come to rest: an empty list is a soak that passed. */
export async function findDifferences(world: SoakWorld, tenant: SoakTenant): Promise<string[]> {
  const found: string[] = [];
  for (const { entity, remote, rows, theirs } of kinds) {
    const records = tenant.portal.records(remote).list();
    const origins = multisetOf(records.map((record) => originIn(record)).filter(Boolean));
    for (const [origin, count] of origins) {
      if (count > 1 && origin.startsWith(`${tenant.id}:`)) found.push(`${origin} has ${count} ${remote} records`);
    }
    const mappings = await world.sql<{ local_id: number; bitrix24_id: string; state: string }>(
      'select local_id, bitrix24_id, state from bitrix24_sync_mappings where tenant_id = $1 and local_type = $2',
      [tenant.id, entity],
    );
    const linked = mappings.filter(({ state }) => state === 'linked');
    const byLocal = new Map(linked.map((mapping) => [mapping.local_id, Number(mapping.bitrix24_id)]));
    const orphaned = new Set(mappings.filter(({ state }) => state === 'orphaned').map((mapping) => mapping.local_id));
    const live = await world.sql<{ id: number; first: string; second: string }>(rows, [tenant.id]);
    found.push(
      ...findUndeleted({ tenant, entity, remote, origins, linked: byLocal, live: new Set(live.map(({ id }) => id)) }),
    );
    found.push(
      ...findStrays({
        tenant,
        entity,
        records,
        linked: byLocal,
        known: new Set(mappings.map(({ bitrix24_id }) => Number(bitrix24_id))),
      }),
    );
    const byId = new Map(records.map((record) => [Number(record.ID), record]));
    for (const row of live) {
      const record = byId.get(byLocal.get(row.id) ?? 0);
      if (!record) {
        const origin = `${tenant.id}:${entity}:${row.id}`;
        // Its record was deleted there, and stays deleted.
        if (tenant.onDelete === 'keep' && orphaned.has(row.id) && !origins.has(origin)) continue;
        found.push(`${entity} ${row.id} has no ${remote}`);
        continue;
      }
      const origin = originIn(record);
      const isImported = tenant.imports && origin === '';
      if (!isImported && origin !== `${tenant.id}:${entity}:${row.id}`)
        found.push(`${remote} ${record.ID} has the origin ${record.ORIGIN_ID}`);
      const first = theirs(record);
      if (withoutNumber(first) !== withoutNumber(text(row.first)))
        found.push(`${entity} ${row.id} is ${JSON.stringify(row.first)}, its ${remote} ${JSON.stringify(first)}`);
      const above = plainText(splitComments(record.COMMENTS, nothingRemembered).above) ?? '';
      const described = plainText(row.second) ?? '';
      if (entity === 'object' && above !== described)
        found.push(`object ${row.id} is described ${JSON.stringify(described)}, its deal ${JSON.stringify(above)}`);
      const phones = (record.PHONE ?? []) as { VALUE: string }[];
      if (entity === 'user' && row.second && !phones.some(({ VALUE }) => VALUE === row.second))
        found.push(
          `user ${row.id} has the phone ${row.second}, its contact ${JSON.stringify(phones.map(({ VALUE }) => VALUE))}`,
        );
    }
  }
  return found;
}

/** Records of rows that are deleted on our side: unlinked, and gone where deletions are followed. */
function findUndeleted(side: {
  tenant: SoakTenant;
  entity: Kind['entity'];
  remote: Kind['remote'];
  origins: ReadonlyMap<string, number>;
  linked: ReadonlyMap<number, number>;
  live: ReadonlySet<number>;
}): string[] {
  const { tenant, entity, remote, origins, linked, live } = side;
  const stillLinked = [...linked.keys()].filter((id) => !live.has(id)).map((id) => `deleted ${entity} ${id} is linked`);
  if (tenant.onDelete === 'keep') return stillLinked;
  const prefix = `${tenant.id}:${entity}:`;
  const left = [...origins.keys()].filter(
    (origin) => origin.startsWith(prefix) && !live.has(Number(origin.slice(prefix.length))),
  );
  return [...stillLinked, ...left.map((origin) => `deleted ${origin} still has a ${remote}`)];
}

/** Records that stand beside the one that their row is linked with, and people's deals that were to become objects and did not. */
function findStrays(side: {
  tenant: SoakTenant;
  entity: Kind['entity'];
  records: readonly Record<string, unknown>[];
  linked: ReadonlyMap<number, number>;
  known: ReadonlySet<number>;
}): string[] {
  const { tenant, entity, records, linked, known } = side;
  const prefix = `${tenant.id}:${entity}:`;
  const beside = records.filter(({ ID, ORIGIN_ID }) => {
    const origin = originIn({ ORIGIN_ID });
    const partner = origin.startsWith(prefix) ? linked.get(Number(origin.slice(prefix.length))) : undefined;
    return partner !== undefined && partner !== Number(ID);
  });
  const isMissed = ({ ID, ORIGIN_ID }: Record<string, unknown>) => text(ORIGIN_ID) === '' && !known.has(Number(ID));
  const missed = tenant.imports && entity === 'object' ? records.filter(isMissed) : [];
  return [
    ...beside.map(({ ID, ORIGIN_ID }) => `record ${ID} of ${ORIGIN_ID} stands beside the linked one`),
    ...missed.map(({ ID }) => `deal ${ID} was not imported`),
  ];
}
