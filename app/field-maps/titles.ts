import { canonicalLine, clip } from './canonical.ts';
import type { Canonical, FieldPair, LocalRecord, Standing } from './types.ts';

/** TITLE holds 255 characters (deal table of the self-hosted edition, 2026-05). */
const titleLength = 255;

const word = '(?:договор(?:а|у|ом|е)?|дог\\.?|contract)';
/** People write a second sign before a number that begins with one. */
const sign = '(?:(?:№|#|no?\\.|n)\\s*){0,2}';

/** Every way in which people write a contract's number into a title: `(договор 15)`, `Договор № 15`, `дог.№15`, `[ДОГОВОР 15]`. */
function mentionOf(number: string): RegExp {
  const literal = number.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll(' ', '\\s+');
  const bare = `${word}\\s*${sign}\\s*:?\\s*${literal}(?![\\p{L}\\p{N}/-]|\\.\\p{N})`;
  return new RegExp(`\\(\\s*${bare}\\s*\\)|\\[\\s*${bare}\\s*\\]|(?<![\\p{L}\\p{N}])${bare}`, 'giu');
}

/** A number in our own form. Of a contract that the object had before it is not known any more which number it was. */
const formerMention = /\(договор\s+(?=[^()\s]*\d)[^()\s]+\)/giu;

function numberOf(local: LocalRecord): Canonical {
  return canonicalLine(local.contract_number);
}

/** The number that we added to the object's name when the pair was last equal. One that the name itself holds is a person's. */
function formerNumber(local: LocalRecord, localShadow: Canonical | undefined): Canonical {
  const at = localShadow?.lastIndexOf(' (договор ') ?? -1;
  if (!localShadow || at === -1 || !localShadow.endsWith(')')) return null;
  return canonicalLine(local.name) === localShadow ? null : localShadow.slice(at + ' (договор '.length, -1);
}

/** Where a mention stood, by itself or in brackets. */
const [bareGap, bracketGap] = ['\ue000', '\ue001'];

/** A title without these mentions, and without the punctuation that led to one without brackets. */
function without(title: string, mentions: readonly RegExp[]): Canonical {
  const toGap = (written: string) => (/^[([]/.test(written) ? bracketGap : bareGap);
  const marked = mentions.reduce((text, mention) => text.replace(mention, toGap), title);
  const bare = withoutTail(marked.replace(/^[\s\ue000\ue001]*[\ue000\ue001][\s\ue000\ue001,:;–—|-]*/, ''))
    .replace(/([,:;–—|-])\s*[\ue000\ue001]\s*\1/g, '$1')
    .replace(/[\ue000\ue001]/g, ' ');
  return canonicalLine(bare);
}

/** A title that ended with a mention without brackets, without what led to it. Goes from the end, past each sign once. */
function withoutTail(marked: string): string {
  const lastWord = marked.replace(/[\ue000\ue001]/g, ' ').trimEnd().length;
  if (!marked.includes(bareGap, lastWord)) return marked;
  let end = marked.length;
  while (end > 0 && /[\s\ue000\ue001,:;–—|-]/.test(marked[end - 1] ?? '')) end -= 1;
  return marked.slice(0, end);
}

/** Longer numbers fit into no title. */
const longestNumber = titleLength;

function mentionsOf(numbers: readonly Canonical[]): RegExp[] {
  return numbers.flatMap((number) => (number === null || number.length > longestNumber ? [] : [mentionOf(number)]));
}

/** The object's name without its contract's number; a name that is nothing else stays. */
function bareName(local: LocalRecord): { name: Canonical; suffix: string } {
  const name = canonicalLine(local.name);
  const number = numberOf(local);
  if (name === null || number === null) return { name, suffix: '' };
  const bare = without(name, mentionsOf([number]));
  return bare === null ? { name, suffix: '' } : { name: bare, suffix: ` (договор ${number})` };
}

function encode(local: LocalRecord): Canonical {
  const { name, suffix } = bareName(local);
  return name === null ? null : clip(name, titleLength - suffix.length) + suffix;
}

/** The title that people arranged: the number stays where they put it, once, and is renewed there; the name is renewed around it. */
function encodeOver(local: LocalRecord, { value, localShadow }: Standing): Canonical {
  const plain = encode(local);
  const number = numberOf(local);
  const { name } = bareName(local);
  if (plain === null || name === null || value === null || number === null) return plain;
  const known = [number, formerNumber(local, localShadow)].filter((one) => one !== null);
  const standingName = without(value, mentionsOf(known));
  const renewed = renewMention(value, known, number);
  if (standingName === null || renewed === null) return plain;
  const title = canonicalLine(withName(renewed, standingName, name));
  return title !== null && title.length <= titleLength ? title : plain;
}

/** The title with one mention, of this number, in the words that people chose; null when it mentions none of the known ones. */
function renewMention(title: string, known: readonly string[], number: string): Canonical {
  const found = known.flatMap((stood) => {
    const match = mentionsOf([stood]).map((mention) => mention.exec(title))[0];
    return match ? [{ stood, match }] : [];
  });
  const [first] = found.sort((one, other) => one.match.index - other.match.index);
  if (!first) return null;
  const { stood, match } = first;
  const [written] = match;
  const at = written.toLowerCase().lastIndexOf(stood.toLowerCase());
  const renewed = at === -1 ? written : written.slice(0, at) + number + written.slice(at + stood.length);
  const tail = title.slice(match.index + written.length);
  const others = mentionsOf(known).reduce((text, mention) => text.replace(mention, ' '), tail);
  return title.slice(0, match.index) + renewed + others;
}

function withName(title: string, standingName: string, name: string): Canonical {
  if (standingName === name) return title;
  if (title.startsWith(standingName)) return name + title.slice(standingName.length);
  if (title.endsWith(standingName)) return title.slice(0, -standingName.length) + name;
  return null;
}

/**
 * The object's name with its contract's number. A manager who renames the deal renames the object; the number is taken off again wherever
 * it stands, also an older one. A title that is emptied is put back, because an object needs a name.
 */
export const titlePair: FieldPair = {
  key: 'title',
  owner: 'both',
  localFields: ['name', 'contract_number'],
  remoteFields: ['TITLE'],
  readLocal(local) {
    const { name, suffix } = bareName(local);
    return name === null ? null : name + suffix;
  },
  readRemote: (remote) => canonicalLine(remote.fields.TITLE),
  encode,
  encodeOver,
  decode(value, local, localShadow) {
    if (value === null) return {};
    const number = numberOf(local);
    const mentions = mentionsOf([number, formerNumber(local, localShadow)]);
    const hasFormer = number !== null && String(local.name ?? '').search(formerMention) === -1;
    const name = without(value, hasFormer ? [...mentions, formerMention] : mentions);
    return name === null ? {} : { name };
  },
  write: (remote, value) => ({ ...remote, fields: { ...remote.fields, TITLE: value } }),
};
