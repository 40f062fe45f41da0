import type { SimulatedPortal } from '../portal/portal.ts';
import { findMissing, type Ledger, type Missing, type Standing, type Typed } from './soak-typed.ts';
import type { SoakWorld } from './soak-world.ts';

const kinds = ['deal', 'contact', 'company'] as const;
const entities = { objects: 'object', users: 'user', contracts: 'contract' } as const;

/** What people typed and stands nowhere any more, neither in a record nor in a conflict, each with the history of its record. */
export async function listMissing(world: SoakWorld, ledger: Ledger): Promise<string[]> {
  const standing = [...(await inOurs(world)), ...world.portals.flatMap(inPortal), ...(await inConflicts(world))];
  const missing = findMissing(ledger.all, standing);
  return Promise.all(missing.map((item) => describe(world, ledger, item)));
}

/** Deleted rows keep their values. */
async function inOurs({ sql }: SoakWorld): Promise<Standing[]> {
  const found: Standing[] = [];
  for (const table of Object.keys(entities)) {
    const rows = await sql(`select * from ${table}`);
    for (const row of rows)
      for (const [name, value] of Object.entries(row))
        if (typeof value === 'string') found.push({ where: `${table} ${row.id}.${name}`, text: value });
  }
  return found;
}

/** What lies in the recycle bin is not lost either. */
function inPortal(portal: SimulatedPortal): Standing[] {
  return kinds.flatMap((kind) => {
    const alive = portal.store.all(kind);
    const deleted = portal.store.inBin(kind);
    return [...alive, ...deleted].flatMap(({ id, fields, multifields }) => {
      const where = `${kind} ${id} of ${portal.host}`;
      const name = [fields.NAME, fields.SECOND_NAME, fields.LAST_NAME].join(' ');
      const texts = Object.values(fields).filter((value) => typeof value === 'string');
      return [...texts, name, ...multifields.map(({ value }) => value)].map((text) => ({ where, text }));
    });
  });
}

async function inConflicts({ sql }: SoakWorld): Promise<Standing[]> {
  const rows = await sql<{ id: number; ours: string | null; theirs: string | null }>(
    `select id, local_value #>> '{}' as ours, bitrix24_value #>> '{}' as theirs from sync_conflicts`,
  );
  return rows.flatMap(({ id, ours, theirs }) =>
    [ours, theirs].map((text) => ({ where: `conflict ${id}`, text: text ?? '' })),
  );
}

async function describe(world: SoakWorld, ledger: Ledger, { typed, partsIn }: Missing): Promise<string> {
  const parts = partsIn.map(({ where, text }) => `    a part stands in ${where}: ${JSON.stringify(text)}`);
  const edits = ledger.all.filter(({ record }) => record === typed.record).map(lineOf);
  const history = await historyOf(world, typed);
  const lines = [...edits, ...history].sort().map((line) => `    ${line}`);
  return [`${typed.record}: ${typed.field} ${JSON.stringify(typed.value)} is missing`, ...parts, ...lines].join('\n');
}

function lineOf({ at, field, value, replacedBy }: Typed): string {
  const end = replacedBy === null ? '' : typeof replacedBy === 'string' ? ` (${replacedBy})` : ' (replaced)';
  return `${at.toISOString()} typed ${field} ${JSON.stringify(value)}${end}`;
}

/** What the log says of the record, and the records that it stood for. */
async function historyOf({ sql }: SoakWorld, { record, side }: Typed): Promise<string[]> {
  const [kind = '', id] = record.split(' ');
  const entity =
    entities[kind as keyof typeof entities] ?? { deal: 'object', contact: 'user', company: 'contract' }[kind];
  // Its row, whatever records that one had.
  const isAbout = `(local_id::text = $2 and $3 or not $3 and (bitrix24_id = $2 or local_id in (
    select local_id from sync_log where entity = $1 and bitrix24_id = $2)))`;
  const rows = await sql<{ at: Date; what: string }>(
    `select created_at as at, concat_ws(' ', 'log', tenant_id, entity, local_id, bitrix24_id, direction, operation, actor, changes::text) as what
       from sync_log where entity = $1 and ${isAbout}
     union all
     select created_at, concat_ws(' ', 'conflict', tenant_id, entity, local_id, bitrix24_id, field, winner, state, local_value::text, bitrix24_value::text)
       from sync_conflicts where entity = $1 and ${isAbout}
     order by 1 desc limit 40`,
    [entity, id, side === 'ours'],
  );
  return rows.map(({ at, what }) => `${at.toISOString()} ${what}`);
}
