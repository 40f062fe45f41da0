import { canonicalLine, clip } from './canonical.ts';
import { KnownLines, labelOf, type labels, longestValue } from './known-lines.ts';
import { balanced, plainText, showableText, toMarkup } from './markup.ts';
import type { Canonical, FieldPair, LocalRecord, Remembered, RemoteValues } from './types.ts';

/** Stands between what people write and what we keep up to date. It tells them so. */
const markerLine = '——— Axenta: ниже заполняется автоматически ———';

const dash = '-–—_=*';
// Portals and people change dashes, blanks and markup; the word between dashes is what remains.
const markerStart = new RegExp(`^[${dash}]{2,} ?Axenta\\b`, 'i');
const markerEnd = new RegExp(`[${dash}]{2}$`);
// Where its line was joined with others, its own words are what remains. Looked for where a run of dashes begins only.
const joinedMarker = `(?<![${dash}])[${dash}]{2,}\\s?Axenta:\\sниже\\sзаполняется\\sавтоматически\\s?[${dash}]{2,}`;
const lineBreak = '\\r\\n?|\\n|<br(?:\\s[^<>]*)?/?>\\n?';
const lineBreaks = new RegExp(lineBreak, 'gi');
const edge = `${lineBreak}|</?(?:p|div|ul|ol|li|tr|table|h[1-6])(?:\\s[^<>]*)?>|\\[/?p\\]`;
/** Everything that stands between two lines is one piece. */
const separators = new RegExp(`((?:${edge})+|${joinedMarker})`, 'i');
const isEdge = new RegExp(`^(?:${edge})`, 'i');

/** Stands for what is out of order in our part: lines of others below the marker, or no marker at all. */
const disorder = '…';

/** Much more than COMMENTS can hold, 64 KB (deal table of the self-hosted edition, 2026-05): nothing behind it is looked at. */
const longestComments = 200_000;

/** The pair key of our part. */
const detailsKey = 'details';

/** Whether our part of COMMENTS stands there as we wrote it, although others wrote something in it or took its marker away. */
export function isPartAsWritten(key: string, shown: Canonical, written: Canonical): boolean {
  return key === detailsKey && written !== null && shown === `${written}\n${disorder}`;
}

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
 * known (the answer to a write was lost, people merged two records), lines below the marker that begin with a label of ours are ours, and without a marker nothing is. `isShared`: other pairs write lines with our labels, too.
 */
export function splitComments(comments: unknown, { values, isFresh }: Remembered, isShared = false): CommentParts {
  const pieces = clip(String(comments ?? ''), longestComments).split(separators);
  const at = pieces.findIndex(isMarker);
  const known = new KnownLines(
    clip(values[detailsKey] ?? '', longestComments)
      .split('\n')
      .filter((line) => line !== '' && line !== disorder),
  );
  if (at === -1) return splitUnmarked(pieces, known);
  const below: string[] = [];
  const notes: string[] = [];
  const rest = pieces.slice(at + 1).flatMap((piece) => {
    const line = isEdge.test(piece) ? null : plainText(piece);
    return line === null || isMarkerAs(piece, line) ? [] : [{ piece, line }];
  });
  const changed = known.labelsMissingIn(new Set(rest.map(({ line }) => line)));
  const isOurs = (line: string) =>
    isFresh === true ||
    known.has(line) ||
    (isShared || known.isEmpty ? labelOf(line) !== null : changed.has(labelOf(line)));
  for (const { piece, line } of rest) {
    const start = isFresh || known.has(line) ? null : known.startOf(line);
    if (start !== null) {
      below.push(start);
      notes.push(toMarkup(line.slice(start.length + 1)));
    } else if (isOurs(line)) below.push(line);
    else notes.push(piece.trim());
  }
  const people = [balanced(joined(pieces.slice(0, at))), ...notes.map(balanced)];
  return { above: people.filter((part) => part !== '').join('\n'), below, inOrder: notes.length === 0 };
}

function splitUnmarked(pieces: readonly string[], known: KnownLines): CommentParts {
  if (known.isEmpty) return { above: balanced(joined(pieces)), below: [], inOrder: true };
  const below: string[] = [];
  const above: string[] = [];
  let isBehindOurs = false;
  for (const piece of pieces) {
    const line = isEdge.test(piece) ? null : plainText(piece);
    if (line !== null && known.has(line)) below.push(line);
    // The line break behind a line of ours goes with it.
    else above.push(isBehindOurs ? piece.replace(firstBreak, '') : piece);
    isBehindOurs = line !== null && known.has(line);
  }
  return { above: balanced(joined(above)), below, inOrder: below.length === 0 };
}

const firstBreak = new RegExp(`^(?:${lineBreak})`, 'i');

function joined(pieces: readonly string[]): string {
  return pieces.map((piece) => (isEdge.test(piece) ? piece.replace(lineBreaks, '\n') : piece)).join('');
}

function isMarker(piece: string): boolean {
  return /axenta/i.test(piece) && isMarkerAs(piece, plainText(piece));
}

function isMarkerAs(piece: string, text: Canonical): boolean {
  if (!/axenta/i.test(piece)) return false;
  const line = canonicalLine(text) ?? '';
  return markerStart.test(line) && markerEnd.test(line);
}

/** What a text of ours can show above the marker: without a line that would be taken for the marker when it comes back. */
export function shownAbove(text: unknown): Canonical {
  return withoutMarkers(showableText(text));
}

/** Markers inside of markers: more than any text of people holds. */
const deepestMarkers = 5;

function withoutMarkers(text: Canonical): Canonical {
  if (text === null || !/axenta/i.test(text)) return text;
  let markup = toMarkup(text);
  for (let round = 0, before = ''; markup !== before; round += 1) {
    before = markup;
    if (round === deepestMarkers) markup = markup.replace(/a(?=xenta)/gi, '$& ');
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
  const shown = canonicalLine(value && clip(value, longestValue).replace(/[\u{10000}-\u{10ffff}]/gu, ''));
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
