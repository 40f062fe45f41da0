import { canonicalLine } from './canonical.ts';
import { balanced, plainText, showableText, toMarkup } from './markup.ts';
import type { Canonical, FieldPair, LocalRecord, Remembered, RemoteValues } from './types.ts';

/** Stands between what people write and what we keep up to date. It tells them so. */
const markerLine = '——— Axenta: ниже заполняется автоматически ———';

// Portals and people change dashes, blanks and markup; the word between dashes is what remains.
const marker = /^[-–—_=*]{2,} ?Axenta\b.*[-–—_=*]{2,}$/i;
// Where its line was joined with others, its own words are what remains.
const joinedMarker = '[-–—_=*]{2,}\\s?Axenta:\\sниже\\sзаполняется\\sавтоматически\\s?[-–—_=*]{2,}';
const separators = new RegExp(
  `(\\r\\n?|\\n|<br(?:\\s[^<>]*)?/?>\\n?|</?(?:p|div|ul|ol|li|tr|table|h[1-6])(?:\\s[^<>]*)?>|\\[/?p\\]|${joinedMarker})`,
  'i',
);

const labels = ['IMEI', 'Тип', 'Договор', 'Клиент', 'Роль', 'Создан', 'Обновлён', 'Название', 'Срок', 'ИНН', 'КПП'];
const labelled = new RegExp(`^(${labels.join('|')}): `);

/** Stands for what is out of order in our part: lines of others below the marker, or no marker at all. */
const disorder = '…';

/** The pair key of our part. */
const detailsKey = 'details';

/** The two parts of a COMMENTS value. */
export interface CommentParts {
  /** What people wrote, wherever they put it, with its markup. */
  above: string;
  /** The lines of our part, plain. */
  below: string[];
  /** The marker is there, and nothing but our part stands below it. */
  inOrder: boolean;
}

/**
 * Splits COMMENTS into what people wrote and our part. What is remembered is our part as it was when the pair was last equal: by it a
 * note that somebody put below the marker is told from ours, and our lines are known where the marker was removed. While that is not
 * known, what stands below the marker is ours, and without a marker nothing is. `isShared`: other pairs write lines with our labels, too.
 */
export function splitComments(comments: unknown, { values, isFresh }: Remembered, isShared = false): CommentParts {
  const pieces = String(comments ?? '').split(separators);
  const at = pieces.findIndex(isMarker);
  const known = (values[detailsKey] ?? '').split('\n').filter((line) => line !== '' && line !== disorder);
  if (at === -1) return splitUnmarked(pieces, known);
  const below: string[] = [];
  const notes: string[] = [];
  const rest = pieces.slice(at + 1).filter((piece) => !isMarker(piece) && plainText(piece) !== null);
  const shown = new Set(rest.map((piece) => plainText(piece)));
  const isOurs = (line: string) =>
    isFresh === true ||
    known.length === 0 ||
    known.includes(line) ||
    (isShared ? labelled.test(line) : isChangedLine(line, known, shown));
  for (const piece of rest) {
    const line = plainText(piece) ?? '';
    const start = isFresh ? undefined : known.find((own) => line.startsWith(`${own} `) && !known.includes(line));
    if (start !== undefined) {
      below.push(start);
      notes.push(toMarkup(line.slice(start.length + 1)));
    } else if (isOurs(line)) below.push(line);
    else notes.push(piece.trim());
  }
  const people = [balanced(joined(pieces.slice(0, at))), ...notes.map(balanced)];
  return { above: people.filter((part) => part !== '').join('\n'), below, inOrder: notes.length === 0 };
}

/** One of our lines that somebody changed: the line that we wrote under this label is not there any more. */
function isChangedLine(line: string, known: readonly string[], shown: ReadonlySet<string | null>): boolean {
  const [, label] = labelled.exec(line) ?? [];
  return label !== undefined && known.some((own) => own.startsWith(`${label}: `) && !shown.has(own));
}

function splitUnmarked(pieces: readonly string[], known: readonly string[]): CommentParts {
  const isOurs = (piece: string | undefined) => piece !== undefined && known.includes(plainText(piece) ?? '');
  const below = pieces.filter(isOurs).map((piece) => plainText(piece) ?? '');
  // The line break behind a line of ours goes with it.
  const above = pieces.filter((piece, at) => !isOurs(piece) && !(isBreak(piece) && isOurs(pieces[at - 1])));
  return { above: balanced(joined(above)), below, inOrder: below.length === 0 };
}

function isBreak(piece: string): boolean {
  return /^(?:\r\n?|\n|<br)/i.test(piece);
}

function joined(pieces: readonly string[]): string {
  return pieces.map((piece) => (isBreak(piece) ? '\n' : piece)).join('');
}

function isMarker(piece: string): boolean {
  return /axenta/i.test(piece) && marker.test(canonicalLine(plainText(piece)) ?? '');
}

/** What a text of ours can show above the marker: without a line that would be taken for the marker when it comes back. */
export function shownAbove(text: unknown): Canonical {
  return withoutMarkers(showableText(text));
}

function withoutMarkers(text: Canonical): Canonical {
  if (text === null) return null;
  let markup = toMarkup(text);
  for (let before = ''; markup !== before; ) {
    before = markup;
    const kept = markup.split(separators).filter((piece) => !isMarker(piece));
    markup = kept.join('');
  }
  return plainText(markup);
}

/** Puts the parts together; without a part of ours there is no marker. Both are markup. */
export function joinComments({ above, below }: { above: string; below: string }): string {
  if (below === '') return above;
  return above === '' ? `${markerLine}\n${below}` : `${above}\n\n${markerLine}\n${below}`;
}

/** A line of our part, or nothing when there is no value. Old databases cut a text at an emoji: our part has none. */
export function labelledLine(label: (typeof labels)[number], value: Canonical): string[] {
  const shown = canonicalLine(value?.replace(/[\u{10000}-\u{10ffff}]/gu, '') ?? null);
  return shown === null ? [] : [`${label}: ${shown}`];
}

/** What people wrote, as a pair sees it: its plain text. */
export function readAbove(remote: RemoteValues, remembered: Remembered): Canonical {
  return plainText(splitComments(remote.fields.COMMENTS, remembered).above);
}

/** COMMENTS with another text of people, plain; our part stays as it is. */
export function writeAbove(remote: RemoteValues, value: Canonical, remembered: Remembered): RemoteValues {
  const { below } = splitComments(remote.fields.COMMENTS, remembered);
  const comments = joinComments({ above: toMarkup(value ?? ''), below: toMarkup(below.join('\n')) });
  return { ...remote, fields: { ...remote.fields, COMMENTS: comments } };
}

/**
 * The pair for our part of COMMENTS. `lines` make the text; `compared` are the values whose change is a reason to write it anew, so
 * that a date which changes with every synchronisation is shown without ever causing one.
 */
export function detailsPair(options: {
  localFields: readonly string[];
  lines(local: LocalRecord): string[];
  compared(local: LocalRecord): unknown[];
  /** Several records of ours write to one of the portal: every line with a label of ours is ours. */
  isShared?: boolean;
}): FieldPair {
  const { localFields, lines, compared, isShared = false } = options;
  return {
    key: detailsKey,
    owner: 'crm',
    localFields,
    remoteFields: ['COMMENTS'],
    readLocal: (local) => (lines(local).length === 0 ? null : JSON.stringify(compared(local))),
    readRemote(remote, remembered) {
      const { below, inOrder } = splitComments(remote.fields.COMMENTS, remembered, isShared);
      return [...below, ...(inOrder ? [] : [disorder])].join('\n') || null;
    },
    // A value that holds the marker itself loses it, as it would on its way back.
    encode: (local) =>
      lines(local)
        .map((line) => canonicalLine(withoutMarkers(showableText(line))))
        .filter((line) => line !== null)
        .join('\n') || null,
    decode: () => ({}),
    write(remote, value, remembered) {
      const { above } = splitComments(remote.fields.COMMENTS, remembered, isShared);
      const comments = joinComments({ above, below: toMarkup(value ?? '') });
      return { ...remote, fields: { ...remote.fields, COMMENTS: comments } };
    },
  };
}
