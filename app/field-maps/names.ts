import { canonicalLine, clip } from './canonical.ts';
import type { Canonical, FieldPair, LocalRecord, Standing } from './types.ts';

/** NAME, SECOND_NAME and LAST_NAME hold 50 characters each (contact table of the self-hosted edition, 2026-05). */
const nameLength = 50;

const fields = ['first', 'last', 'second'] as const;
type Field = (typeof fields)[number];
type Parts = Record<Field, string[]>;

/** What is looked at of a name, in UTF-16 units: much more than any field holds. */
const longestName = 1000;

function lineOf(value: unknown): Canonical {
  return canonicalLine(typeof value === 'string' ? clip(value, longestName) : value);
}

function wordsOf(value: unknown): string[] {
  return lineOf(value)?.split(' ') ?? [];
}

/** NAME and LAST_NAME one below the other, and SECOND_NAME where there is one: in one line they could not be told apart. */
function toValue({ first, last, second }: Parts): Canonical {
  const lines = [first, last, second].map((words) => clip(words.join(' '), nameLength));
  if (lines.every((line) => line === '')) return null;
  return (second.length > 0 ? lines : lines.slice(0, 2)).join('\n');
}

function toParts(value: Canonical): Parts {
  const [first, last, second] = (value ?? '').split('\n');
  return { first: wordsOf(first), last: wordsOf(last), second: wordsOf(second) };
}

function allWords({ first, last, second }: Parts): string[] {
  return [...first, ...last, ...second];
}

function hasSameWords(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join('\n') === [...other].sort().join('\n');
}

const patronymic = /(?:[оеь]вич|ич|[оеи]вна|ична|оглы|кызы)$/iu;

/** First word and the rest. */
function encode(local: LocalRecord): Canonical {
  const [first, ...rest] = wordsOf(local.name);
  return first === undefined ? null : toValue({ first: [first], last: rest, second: [] });
}

/**
 * The name in the fields of a contact that has one: its words stay in the fields that people sorted them into, a changed word takes the
 * place of the one that it replaces, and a SECOND_NAME that our side never had stays.
 */
function encodeOver(local: LocalRecord, { value, localShadow }: Standing): Canonical {
  const words = wordsOf(local.name);
  if (value === null || words.length === 0) return encode(local);
  const standing = toParts(value);
  if (hasSameWords(words, allWords(standing))) return value;
  const former = wordsOf(localShadow);
  if (localShadow !== undefined && encode({ name: localShadow }) === value) return encode(local);
  const kept = standing.second.filter((word) => !former.includes(word) && !words.includes(word));
  const sorted = sortLike(words, former, standing) ?? sortByWord(words, standing);
  return toValue({ ...sorted, second: [...sorted.second, ...kept] });
}

/** Each word into the field of the word at its place in the former name; null when the names have not as many words. */
function sortLike(words: readonly string[], former: readonly string[], standing: Parts): Parts | null {
  if (words.length !== former.length) return null;
  const sorted: Parts = { first: [], last: [], second: [] };
  for (const [index, word] of former.entries()) {
    const field = fieldOf(word, standing);
    if (!field) return null;
    sorted[field].push(words[index] ?? '');
  }
  return sorted;
}

/** Words that stand there keep their fields; the others fill what is empty, first and last name before all. */
function sortByWord(words: readonly string[], standing: Parts): Parts {
  const sorted: Parts = { first: [], last: [], second: [] };
  const others: string[] = [];
  for (const word of words) {
    const field = fieldOf(word, standing);
    if (field) sorted[field].push(word);
    else others.push(word);
  }
  for (const word of others) {
    if (patronymic.test(word) && standing.second.length > 0 && sorted.second.length === 0) sorted.second.push(word);
    else if (sorted.first.length === 0) sorted.first.push(word);
    else sorted.last.push(word);
  }
  return sorted;
}

function fieldOf(word: string, standing: Parts): Field | undefined {
  return fields.find((field) => standing[field].includes(word));
}

/** The name as one line, in the order of words that the user's name has; a contact with the same words changes nothing. */
function decode(value: Canonical, local: LocalRecord): Record<string, unknown> {
  const parts = toParts(value);
  const all = allWords(parts);
  if (all.length === 0) return {};
  const former = wordsOf(local.name);
  if (hasSameWords(former, all)) return { name: local.name };
  const { first, last, second } = parts;
  const ordered = isLastNameFirst(former, parts) ? [...last, ...first, ...second] : [...first, ...second, ...last];
  return { name: ordered.join(' ') };
}

function isLastNameFirst(words: readonly string[], { first, last }: Parts): boolean {
  const atFirst = words.findIndex((word) => first.includes(word));
  const atLast = words.findIndex((word) => last.includes(word));
  if (atFirst !== -1 && atLast !== -1) return atLast < atFirst;
  if (atLast !== -1) return atLast === 0 && words.length > 1;
  if (atFirst !== -1) return atFirst > 0;
  return words.length === 3 && patronymic.test(words[2] ?? '') && !patronymic.test(words[1] ?? '');
}

/**
 * A user's name and a contact's NAME, LAST_NAME and SECOND_NAME. A contact whose names were all emptied gets ours back: a user needs a
 * name.
 */
export const namePair: FieldPair = {
  key: 'name',
  owner: 'both',
  localFields: ['name'],
  remoteFields: ['NAME', 'LAST_NAME', 'SECOND_NAME'],
  readLocal: (local) => canonicalLine(local.name),
  readRemote: ({ fields: { NAME, LAST_NAME, SECOND_NAME } }) => {
    const [first = '', last = '', second = ''] = [NAME, LAST_NAME, SECOND_NAME].map((part) => lineOf(part) ?? '');
    if (first === '' && last === '' && second === '') return null;
    return second === '' ? `${first}\n${last}` : `${first}\n${last}\n${second}`;
  },
  encode,
  encodeOver,
  decode,
  write(remote, value) {
    const [first = '', last = '', second = ''] = (value ?? '').split('\n');
    return { ...remote, fields: { ...remote.fields, NAME: first, LAST_NAME: last, SECOND_NAME: second } };
  },
};
