import type { SimulatedPortal } from '../portal/portal.ts';
import { type Subject, tellHistory } from './soak-history.ts';
import { findMissing, type Ledger, type Missing, type Standing, type Typed } from './soak-typed.ts';
import type { SoakWorld } from './soak-world.ts';

const kinds = ['deal', 'contact', 'company'] as const;
const entities = { objects: 'object', users: 'user', contracts: 'contract' } as const;

/** What people typed and stands nowhere any more, neither in a record nor in a conflict, each with the history of its record. */
export async function listMissing(world: SoakWorld, ledger: Ledger): Promise<string[]> {
  const standing = [...(await inOurs(world)), ...world.portals.flatMap(inPortal), ...(await inConflicts(world))];
  const known = findMissing(ledger.all, standing);
  const missing = findMissing(
    known.map(({ typed }) => typed),
    [...standing, ...world.looks.lost(world.happenings)],
  ).filter(({ typed }) => !world.looks.overtook(typed));
  world.looks.unseen = known.length - missing.length;
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
  const lines = await tellHistory(world, ledger, subjectOf(typed));
  return [`${typed.record}: ${typed.field} ${JSON.stringify(typed.value)} is missing`, ...parts, ...lines].join('\n');
}

function subjectOf({ record, side }: Typed): Subject {
  const [kind = '', id] = record.split(' ');
  if (side === 'ours') return { entity: entities[kind as keyof typeof entities], localId: Number(id) };
  const entity = ({ deal: 'object', contact: 'user', company: 'contract' } as const)[kind as (typeof kinds)[number]];
  return { entity, remoteId: Number(id) };
}
