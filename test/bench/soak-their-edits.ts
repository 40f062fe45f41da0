import type { SimulatedPortal } from '../portal/portal.ts';
import type { RecordKind } from '../portal/types.ts';
import type { Random } from './random.ts';
import type { Closed } from './soak-closed.ts';
import { serialField } from './soak-field.ts';
import type { Ledger } from './soak-typed.ts';
import type { Marked, Words } from './soak-words.ts';
import type { SoakWorld } from './soak-world.ts';

interface Seen {
  portal: SimulatedPortal;
  kind: RecordKind;
  id: number;
  record: Record<string, unknown>;
}

const mention = /[([]?\s*(?:договор|дог\.)\s*№?\s*(?:№ |15\/|Д-)?n\d{5}n(?:\/2)?\s*[)\]]?/giu;
const finalStages = ['WON', 'LOSE', 'APOLOGY'];

/** The name of a portal's record in the ledger. */
export const theirRecord = ({ portal, kind, id }: { portal: SimulatedPortal; kind: RecordKind; id: number }) =>
  `${kind} ${id} of ${portal.host}`;

/** What managers write in the portal. */
export function makeTheirEdits(world: SoakWorld, random: Random, { ledger, words }: { ledger: Ledger; words: Words }) {
  /** Deals that managers closed, with the dates on which they did. */
  const closed = new Map<string, Closed>();

  function any(kind: RecordKind): Seen | null {
    const portal = random.pick(world.portals);
    const all = portal.store.all(kind);
    if (all.length === 0) return null;
    const { id } = random.pick(all);
    return { portal, kind, id, record: portal.records(kind).get(id) };
  }

  function edit(kind: RecordKind, change: (seen: Seen) => void): () => void {
    return () => {
      const seen = any(kind);
      if (seen) change(seen);
    };
  }

  /** Saves fields, one of which has the new value. */
  function save(seen: Seen, fields: Record<string, unknown>, typed: Marked & { field: string; saw?: unknown }): void {
    seen.portal.records(seen.kind).update(seen.id, fields);
    ledger.typed({ side: 'theirs', record: theirRecord(seen), ...typed });
  }

  const rename = (kind: 'deal' | 'company') =>
    edit(kind, (seen) => {
      const { value, mark } = words.text();
      const saw = String(seen.record.TITLE ?? '');
      save(seen, { TITLE: inWords(value, saw) }, { field: 'TITLE', value, mark, saw });
    });

  /** The contract's number is left out, or stands somewhere else, in some other spelling. */
  function inWords(title: string, former: string): string {
    const [found] = former.match(mention) ?? [];
    if (!found || random.once(4)) return title;
    const [start, end] = [title.slice(0, title.indexOf(' ')), title.slice(title.indexOf(' ') + 1)];
    const number = /(?:№ |15\/|Д-)?n\d{5}n(?:\/2)?/.exec(found)?.[0] ?? '';
    return random.pick([
      ...[
        `${title} ${found.trim()}`,
        `${title} — ${found.trim()}`,
        `${found.trim()} ${title}`,
        `${found.trim()}: ${title}`,
      ],
      ...[`${start} (Договор ${number}) ${end}`, `${title}, ДОГОВОР № ${number}`, `${start} [дог. ${number}] ${end}`],
    ]);
  }

  const move = edit('deal', (seen) => {
    const title = String(seen.record.TITLE ?? '');
    const bare = title.replace(mention, ' ').replace(/\s+/g, ' ').trim();
    if (bare !== title && bare !== '') seen.portal.records('deal').update(seen.id, { TITLE: inWords(bare, title) });
  });

  /** A note where people put them: above all, before our part, in it, or below it. */
  const note = (kind: RecordKind) =>
    edit(kind, (seen) => {
      const { value, mark } = words.note();
      const lines = String(seen.record.COMMENTS ?? '').split('\n');
      const marker = lines.findIndex((line) => line.includes('Axenta:'));
      const places = [0, lines.length, ...(marker === -1 ? [] : [marker, marker + 1, marker + 2])];
      lines.splice(random.pick(places), 0, value);
      save(seen, { COMMENTS: lines.join('\n') }, { field: 'COMMENTS', value, mark });
    });

  /** What people wrote above our part is written anew. */
  const rewrite = edit('deal', (seen) => {
    const { value, mark } = words.text(3);
    const lines = String(seen.record.COMMENTS ?? '').split('\n');
    const marker = lines.findIndex((line) => line.includes('Axenta:'));
    const kept = marker === -1 ? [] : lines.slice(marker);
    const saw = (marker === -1 ? lines : lines.slice(0, marker)).join('\n');
    save(seen, { COMMENTS: [value, ...kept].join('\n') }, { field: 'COMMENTS', value, mark, saw });
  });

  const renamePerson = edit('contact', (seen) => {
    const { first, second, last, mark } = words.nameParts();
    const { NAME, SECOND_NAME, LAST_NAME } = seen.record;
    const value = [first, second, last].join(' ');
    const fields = { NAME: first, SECOND_NAME: second, LAST_NAME: last };
    save(seen, fields, { field: 'NAME', value, mark, saw: [NAME, SECOND_NAME, LAST_NAME].join(' ') });
  });

  const addValue = (kind: 'contact' | 'company', field: 'PHONE' | 'EMAIL') =>
    edit(kind, (seen) => {
      const typed = field === 'PHONE' ? words.phone() : words.email('director');
      save(seen, { [field]: [{ VALUE: typed.value, VALUE_TYPE: 'HOME' }] }, { field, ...typed });
    });

  const changeValue = (kind: 'contact' | 'company', field: 'PHONE' | 'EMAIL') =>
    edit(kind, (seen) => {
      const there = (seen.record[field] ?? []) as { ID: string; VALUE: string }[];
      if (there.length === 0) return;
      const { ID, VALUE } = random.pick(there);
      const typed = field === 'PHONE' ? words.phone() : words.email();
      save(seen, { [field]: [{ ID, VALUE: typed.value }] }, { field, ...typed, saw: VALUE });
    });

  const serial = edit('deal', (seen) => {
    if (!seen.portal.store.catalogue.byUpper('deal', serialField)) return;
    const typed = words.text(1);
    save(seen, { [serialField]: typed.value }, { field: serialField, ...typed, saw: seen.record[serialField] });
  });

  const moveOn = edit('deal', ({ portal, id }) => {
    const stage = random.pick(['NEW', 'PREPARATION', 'EXECUTING', ...finalStages]);
    const { CLOSEDATE } = portal.records('deal').update(id, { STAGE_ID: stage });
    const deal = `${portal.host} ${id}`;
    if (finalStages.includes(stage)) closed.set(deal, { portal, id, stage, day: CLOSEDATE });
    else closed.delete(deal);
  });

  function create(): void {
    const portal = random.pick(world.portals);
    const { value, mark } = words.text();
    const { ID } = portal.records('deal').create({ TITLE: value });
    const record = theirRecord({ portal, kind: 'deal', id: Number(ID) });
    ledger.typed({ side: 'theirs', record, field: 'TITLE', value, mark });
  }

  const all: readonly (() => void)[] = [
    ...[rename('deal'), rename('company'), move, note('deal'), note('deal'), note('contact'), note('company'), rewrite],
    ...[renamePerson, addValue('contact', 'PHONE'), addValue('contact', 'EMAIL'), addValue('company', 'EMAIL')],
    ...[changeValue('contact', 'PHONE'), changeValue('contact', 'EMAIL'), changeValue('company', 'PHONE')],
    ...[serial, moveOn, create],
  ];

  return {
    closed: closed as ReadonlyMap<string, Closed>,
    one: () => random.pick(all)(),
  };
}
