import { multisetOf } from './counting.ts';
import { differencesOf, type OurRow } from './soak-equal.ts';
import { serialField } from './soak-field.ts';
import { type Subject, tellHistory } from './soak-history.ts';
import { forPeople } from './soak-rest.ts';
import type { Ledger } from './soak-typed.ts';
import type { SoakTenant, SoakWorld } from './soak-world.ts';

interface Kind {
  entity: 'object' | 'user' | 'contract';
  remote: 'deal' | 'contact' | 'company';
  rows: string;
}

const text = (value: unknown) => String(value ?? '').trim();

/** Who makes records in the simulated portal's pages. */
const people = 7;

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
    rows: `select o.*, c.number, case when c.deleted_at is null then c.end_date::text end as end_date from objects o left join contracts c on c.id = o.contract_id
            where o.tenant_id = $1 and o.deleted_at is null`,
  },
  { entity: 'user', remote: 'contact', rows: 'select * from users where tenant_id = $1 and deleted_at is null' },
  {
    entity: 'contract',
    remote: 'company',
    rows: 'select * from contracts where tenant_id = $1 and deleted_at is null',
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

/** What is wrong now that everything has come to rest: an empty list is a soak that passed. Each with the history of its records. */
export async function findDifferences(
  world: SoakWorld,
  tenant: SoakTenant,
  { ledger, merged, takenBack }: Circumstances,
): Promise<string[]> {
  const found: Difference[] = [];
  for (const { entity, remote, rows } of kinds) {
    const records = tenant.portal.records(remote).list();
    const origins = multisetOf(records.map((record) => originIn(record)).filter(Boolean));
    const nameOf = ({ ID }: Record<string, unknown>) => `${remote} ${ID} of ${tenant.portal.host}`;
    const isMerged = (origin: string) =>
      records.some((one) => originIn(one) === origin && (merged.has(nameOf(one)) || takenBack.has(nameOf(one))));
    for (const [origin, count] of origins) {
      const isDouble = count > 1 && origin.startsWith(`${tenant.id}:`);
      // The first was hidden as its origin was asked for: nothing could show that it is there.
      const isUnseen = records.some((one) => originIn(one) === origin && wasHidden(world, madeAt(one)));
      const text = `${origin} has ${count} ${remote} records`;
      if (isDouble && !isMerged(origin) && !isUnseen) found.push({ text, entity, localId: idIn(origin) });
    }
    const mappings = await world.sql<{ local_id: number; bitrix24_id: string; state: string }>(
      'select local_id, bitrix24_id, state from bitrix24_sync_mappings where tenant_id = $1 and local_type = $2',
      [tenant.id, entity],
    );
    const linked = mappings.filter(({ state }) => state === 'linked');
    const byLocal = new Map(linked.map((mapping) => [mapping.local_id, Number(mapping.bitrix24_id)]));
    const standing = new Set(byLocal.values());
    const isLinked = (id: number) => standing.has(id);
    const orphaned = new Set(mappings.filter(({ state }) => state === 'orphaned').map((mapping) => mapping.local_id));
    const asked = await listAsked(world, tenant, entity);
    const leftAlone = await listLeftAlone(world, tenant, entity);
    const live = await world.sql<OurRow>(rows, [tenant.id]);
    found.push(
      ...findUndeleted({
        ...{ tenant, entity, remote, origins, linked: byLocal, live: new Set(live.map(({ id }) => id)) },
        stands: (origin) =>
          isMerged(origin) || records.some((one) => originIn(one) === origin && isLinked(Number(one.ID))),
      }),
    );
    found.push(
      ...findStrays({
        tenant,
        entity,
        records,
        linked: byLocal,
        asked: asked.theirs,
        isTakenBack: (record) => takenBack.has(nameOf(record)),
        isDeletedHere: (record) => {
          const local = takenBack.get(nameOf(record));
          return local !== undefined && live.every(({ id }) => id !== local);
        },
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
        const isAskedAbout = records.some((one) => originIn(one) === origin && asked.theirs.has(Number(one.ID)));
        if (asked.local.has(row.id) || isAskedAbout) continue;
        found.push({ text: `${entity} ${row.id} has no ${remote}`, entity, localId: row.id });
        continue;
      }
      const origin = originIn(record);
      const isImported = tenant.imports && origin === '';
      // Contracts of one client share the company that the first of them made.
      const isOfClient =
        entity === 'contract' && linked.filter((one) => Number(one.bitrix24_id) === Number(record.ID)).length > 1;
      const { [serialField]: _, ...withoutSerial } = record;
      const compared = leftAlone.has(row.id) ? withoutSerial : record;
      const texts = differencesOf(entity, row, compared, takenBack.has(nameOf(record)));
      if (!isImported && !isOfClient && origin !== `${tenant.id}:${entity}:${row.id}`)
        texts.push(`${remote} ${record.ID} has the origin ${record.ORIGIN_ID}`);
      found.push(...texts.map((text) => ({ text, entity, localId: row.id })));
    }
  }
  return Promise.all(
    found.map(async ({ text, ...about }) => [text, ...(await tellHistory(world, ledger, about))].join('\n')),
  );
}

/** What people did that explains a difference. */
interface Circumstances {
  ledger: Ledger;
  /** Records that took others in, by their names in the ledger. */
  merged: ReadonlySet<string>;
  /** Records that people took back from the recycle bin, each with its row: one of them may stand beside its successor. */
  takenBack: ReadonlyMap<string, number>;
}

interface Difference extends Subject {
  text: string;
}

const madeAt = ({ DATE_CREATE }: Record<string, unknown>) => new Date(String(DATE_CREATE));

/** Whether people had hidden records from the app at this moment; a creation is told in whole seconds. */
function wasHidden({ happenings }: SoakWorld, at: Date): boolean {
  const changes = happenings.filter(
    ({ what, at: then }) => what.endsWith(': records hidden') && then.getTime() < at.getTime() + 1000,
  );
  return changes.at(-1)?.what.startsWith('begins') ?? false;
}

/** The row that an origin names. */
const idIn = (origin: string) => Number(origin.split(':').at(-1));

/** Records that a person is asked about, after people merged some: they wait as they are. */
async function listAsked({ sql }: SoakWorld, tenant: SoakTenant, entity: Kind['entity']) {
  const rows = await sql<{ local: number | null; theirs: number | null }>(
    `select local_id as local, external_id::int as theirs from integration_errors
      where tenant_id = $1 and local_type = $2 and ${forPeople} and status <> 'resolved'
     union all
     select local_id, null from sync_matches where tenant_id = $1 and local_type = $2 and ended_at is null`,
    [tenant.id, entity],
  );
  const known = (ids: (number | null)[]) => new Set(ids.flatMap((id) => id ?? []));
  return { local: known(rows.map(({ local }) => local)), theirs: known(rows.map(({ theirs }) => theirs)) };
}

/** Rows whose serial number both sides filled in while the other could not see it: it waits for a person, and both values stay. */
async function listLeftAlone({ sql }: SoakWorld, tenant: SoakTenant, entity: Kind['entity']): Promise<Set<number>> {
  const rows = await sql<{ local: number }>(
    `select local_id as local from sync_conflicts
      where tenant_id = $1 and entity = $2 and field like $3 and winner = 'none' and state = 'open'`,
    [tenant.id, entity, `%:${serialField}`],
  );
  return new Set(rows.map(({ local }) => local));
}

/** Records of rows that are deleted on our side: unlinked, and gone where deletions are followed. */
function findUndeleted(side: {
  tenant: SoakTenant;
  entity: Kind['entity'];
  remote: Kind['remote'];
  origins: ReadonlyMap<string, number>;
  linked: ReadonlyMap<number, number>;
  live: ReadonlySet<number>;
  /** A record of this origin stands for another row, too, or took a merged one in. */
  stands(origin: string): boolean;
}): Difference[] {
  const { tenant, entity, remote, origins, linked, live, stands } = side;
  const stillLinked = [...linked.keys()]
    .filter((id) => !live.has(id))
    .map((id) => ({ text: `deleted ${entity} ${id} is linked`, entity, localId: id }));
  if (tenant.onDelete === 'keep') return stillLinked;
  const prefix = `${tenant.id}:${entity}:`;
  const left = [...origins.keys()].filter(
    (origin) => origin.startsWith(prefix) && !live.has(Number(origin.slice(prefix.length))) && !stands(origin),
  );
  return [
    ...stillLinked,
    ...left.map((origin) => ({ text: `deleted ${origin} still has a ${remote}`, entity, localId: idIn(origin) })),
  ];
}

/**
 * Records that we made and that stand beside the one that their row is linked with (people give our origin to their own when they merge), and people's deals that were to become objects and did not. */
function findStrays(side: {
  tenant: SoakTenant;
  entity: Kind['entity'];
  records: readonly Record<string, unknown>[];
  linked: ReadonlyMap<number, number>;
  asked: ReadonlySet<number>;
  /** People took it back from the recycle bin after its row had got another one. */
  isTakenBack(record: Record<string, unknown>): boolean;
  /** Its row was deleted by a person before it was back: it is not imported a second time. */
  isDeletedHere(record: Record<string, unknown>): boolean;
  known: ReadonlySet<number>;
}): Difference[] {
  const { tenant, entity, records, linked, asked, isTakenBack, isDeletedHere, known } = side;
  const standing = new Set(linked.values());
  const prefix = `${tenant.id}:${entity}:`;
  const beside = records.filter((record) => {
    const { ID, ORIGIN_ID, CREATED_BY_ID } = record;
    if (Number(CREATED_BY_ID) === people || isTakenBack(record)) return false;
    const origin = originIn({ ORIGIN_ID });
    const partner = origin.startsWith(prefix) ? linked.get(Number(origin.slice(prefix.length))) : undefined;
    return partner !== undefined && partner !== Number(ID) && !asked.has(Number(ID)) && !standing.has(Number(ID));
  });
  const isMissed = (record: Record<string, unknown>) =>
    text(record.ORIGIN_ID) === '' && !known.has(Number(record.ID)) && !isDeletedHere(record);
  const missed = tenant.imports && entity === 'object' ? records.filter(isMissed) : [];
  const about = (ID: unknown) => ({ entity, remoteId: Number(ID) });
  return [
    ...beside.map(({ ID, ORIGIN_ID }) => ({
      text: `record ${ID} of ${ORIGIN_ID} stands beside the linked one`,
      ...about(ID),
    })),
    ...missed.map(({ ID }) => ({ text: `deal ${ID} was not imported`, ...about(ID) })),
  ];
}
