import { canonicalLine, plainText } from './canonical.ts';
import type { Canonical, FieldPair, LocalRecord } from './types.ts';

/** Stands between what people write and what we keep up to date. It tells them so. */
const markerLine = '——— Axenta: ниже заполняется автоматически ———';

// Portals and people change dashes, blanks and markup; the word between dashes is what remains.
const marker = /^[-–—_=*]{2,} ?Axenta\b.*[-–—_=*]{2,}$/i;

const labels = ['IMEI', 'Тип', 'Договор', 'Клиент', 'Роль', 'Создан', 'Обновлён', 'Название', 'Срок', 'ИНН', 'КПП'];
const labelled = new RegExp(`^(?:${labels.join('|')}): `);

/** The two parts of a COMMENTS value, as they stand there: markup is kept. */
export interface CommentParts {
  above: string;
  below: string;
}

/**
 * Splits COMMENTS at the first marker line. A marker that somebody copied again is dropped; where somebody deleted the marker but
 * left our lines, the labelled lines at the end are known as ours, so that they never become part of a description.
 */
export function splitComments(comments: unknown): CommentParts {
  const lines = String(comments ?? '')
    .replace(/\r\n?/g, '\n')
    .replace(/<br(?:\s[^<>]*)?\/?>/gi, '\n')
    .split('\n');
  const at = lines.findIndex(isMarker);
  if (at === -1) return splitUnmarked(lines);
  const below = lines.slice(at + 1).filter((line) => !isMarker(line));
  return { above: lines.slice(0, at).join('\n').trim(), below: below.join('\n').trim() };
}

function isMarker(line: string): boolean {
  return /axenta/i.test(line) && marker.test(canonicalLine(plainText(line)) ?? '');
}

function splitUnmarked(lines: readonly string[]): CommentParts {
  const text = lines.join('\n').trim().split('\n');
  let end = text.length;
  while (end > 0 && labelled.test(plainText(text[end - 1]) ?? '')) end -= 1;
  return { above: text.slice(0, end).join('\n').trim(), below: text.slice(end).join('\n').trim() };
}

/** What a text of ours can show above the marker: without what would be taken for our part when it comes back. */
export function shownAbove(text: unknown): Canonical {
  let shown = plainText(text);
  for (let before: Canonical = null; shown !== before; ) {
    before = shown;
    shown = plainText(splitComments(shown).above);
  }
  return shown;
}

/** Puts the parts together; without a part of ours there is no marker. */
export function joinComments({ above, below }: CommentParts): string {
  if (below === '') return above;
  return above === '' ? `${markerLine}\n${below}` : `${above}\n\n${markerLine}\n${below}`;
}

/** A line of our part, or nothing when there is no value. */
export function labelledLine(label: (typeof labels)[number], value: Canonical): string[] {
  return value === null ? [] : [`${label}: ${value.replaceAll('\n', ' ')}`];
}

/**
 * The pair for our part of COMMENTS. `lines` make the text; `compared` are the values whose change is a reason to write it anew, so
 * that a date which changes with every synchronisation is shown without ever causing one.
 */
export function detailsPair(options: {
  localFields: readonly string[];
  lines(local: LocalRecord): string[];
  compared(local: LocalRecord): unknown[];
}): FieldPair {
  const { localFields, lines, compared } = options;
  return {
    key: 'details',
    owner: 'crm',
    localFields,
    remoteFields: ['COMMENTS'],
    readLocal: (local) => (lines(local).length === 0 ? null : JSON.stringify(compared(local))),
    readRemote: (remote) => plainText(splitComments(remote.fields.COMMENTS).below),
    // A value that holds the marker line itself loses it, as it would on its way back.
    encode: (local) => {
      const below = plainText(lines(local).join('\n')) ?? '';
      return plainText(splitComments(joinComments({ above: '', below })).below);
    },
    decode: () => ({}),
    write(remote, value) {
      const { above } = splitComments(remote.fields.COMMENTS);
      return { ...remote, fields: { ...remote.fields, COMMENTS: joinComments({ above, below: value ?? '' }) } };
    },
  };
}
