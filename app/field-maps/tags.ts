import { isBlank } from './canonical.ts';

// The names that Bitrix24's editor and converter use; anything else in brackets is the writer's own text.
const bbNames = 'b i u s p list * url img user color size font code quote left right center justify table tr td th';
const htmlNames = 'b i u s p div span br strong em ul ol li a img font h1 h2 h3 h4 h5 h6 table tbody tr td th';
/** Their ends are line ends. */
const breakNames = 'p div li tr h1 h2 h3 h4 h5 h6';
/** The one name of several words, behind its first. */
const diskWords = ' file id';

/** Units from a tag's bracket to the one behind its name, at most: `[/disk file id]`. */
const longestHead = 15;

const [openBracket, closeBracket, less, greater, slash, equals, newline] = [91, 93, 60, 62, 47, 61, 10] as const;

/** A name as a number, so that no text is made of what stands behind a bracket. */
function keyOf(name: string): number {
  let key = 0;
  for (let at = 0; at < name.length; at += 1) key = key * 64 + unitKey(name.charCodeAt(at));
  return key;
}

/** Letters in either case, digits and `*`; 0 for what is in no name. */
function unitKey(unit: number): number {
  if (unit >= 97 && unit <= 122) return unit - 96;
  if (unit >= 65 && unit <= 90) return unit - 64;
  if (unit >= 48 && unit <= 57) return unit - 20;
  return unit === 42 ? 40 : 0;
}

const keysOf = (names: string) => new Set(names.split(' ').map(keyOf));
const [bb, html, breaks, disk, br] = [
  keysOf(bbNames),
  keysOf(htmlNames),
  keysOf(breakNames),
  keyOf('disk'),
  keyOf('br'),
];
/** Longer runs of letters are no name; their numbers would not be exact. */
const longestName = 7;

/**
 * A text without tags, and with a line end for each break of HTML. Taking a tag off can bring forth what looks like a tag again: that is
 * taken off too. Goes once through the text, whatever stands in it.
 */
export function withoutTags(text: string, { withBb }: { withBb: boolean }): string {
  if (!text.includes('<') && !(withBb && text.includes('['))) return text;
  return new TagStripper(text, withBb).strip();
}

/** Positions in a text, in their order. */
class Positions {
  readonly #all: Int32Array;
  count = 0;

  constructor(most: number) {
    this.#all = new Int32Array(most);
  }

  at(index: number): number {
    return this.#all[index] ?? -1;
  }

  push(position: number): void {
    this.#all[this.count] = position;
    this.count += 1;
  }

  /** Forgets those from here on. */
  cut(from: number): void {
    while (this.count > 0 && this.at(this.count - 1) >= from) this.count -= 1;
  }
}

/** Keeps what is left of the text, and where in it a tag may have begun. */
class TagStripper {
  readonly #text: string;
  readonly #withBb: boolean;
  readonly #left: Uint16Array;
  #length = 0;
  /** Where `<` stands, with no `>` behind it. */
  readonly #lesses: Positions;
  /** Where `[` stands, with no `]` behind it. */
  readonly #brackets: Positions;
  /** So many of these are too far from the end for what comes next to make them a tag. */
  #settled = 0;
  /** The first `[` that surely begins a tag, -1 for none: the next `]` ends it. */
  #firstTag = -1;
  /** Behind the name that was looked at last. */
  #nameEnd = 0;

  constructor(text: string, withBb: boolean) {
    this.#text = text;
    this.#withBb = withBb;
    this.#left = new Uint16Array(text.length);
    this.#lesses = new Positions(text.length);
    this.#brackets = new Positions(withBb ? text.length : 0);
  }

  strip(): string {
    const [text, left] = [this.#text, this.#left];
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      left[this.#length] = unit;
      this.#length += 1;
      if (unit === less) this.#lesses.push(this.#length - 1);
      else if (unit === greater) at += this.#endHtml(text.charCodeAt(at + 1) === newline);
      else if (unit === openBracket && this.#withBb) this.#openBb();
      else if (unit === closeBracket && this.#withBb) this.#endBb();
    }
    return Buffer.from(left.buffer, 0, this.#length * 2).toString('utf16le');
  }

  /** Takes off what stands from here on. */
  #cut(from: number): void {
    this.#length = from;
    this.#lesses.cut(from);
    this.#brackets.cut(from);
    this.#settled = Math.min(this.#settled, this.#brackets.count);
    while (this.#settled > 0 && this.#brackets.at(this.#settled - 1) > from - longestHead) this.#settled -= 1;
    if (this.#firstTag >= from) this.#firstTag = -1;
  }

  /** A `>` has come. Returns how many of the units behind it belong to the tag. */
  #endHtml(isLineEndNext: boolean): number {
    const from = this.#lesses.at(this.#lesses.count - 1);
    const name = from === -1 ? 0 : this.#nameAt(from);
    if (name === 0 || !html.has(name) || !this.#isHtmlEnd()) {
      this.#lesses.count = 0;
      return 0;
    }
    const isClosing = this.#left[from + 1] === slash;
    const isBreak = isClosing ? breaks.has(name) && this.#nameEnd === this.#length - 1 : name === br;
    this.#cut(from);
    if (!isBreak) return 0;
    this.#left[from] = newline;
    this.#length += 1;
    return isLineEndNext && !isClosing ? 1 : 0;
  }

  /** The name is followed by a blank and anything, or by the tag's end. */
  #isHtmlEnd(): boolean {
    const next = this.#left[this.#nameEnd] ?? 0;
    if (next === greater) return true;
    return isBlank(next) || (next === slash && this.#nameEnd === this.#length - 2);
  }

  #openBb(): void {
    const at = this.#length - 1;
    for (;;) {
      const old = this.#settled < this.#brackets.count ? this.#brackets.at(this.#settled) : at;
      if (at - old < longestHead) break;
      if (this.#firstTag === -1 && this.#isBbHead(old)) this.#firstTag = old;
      this.#settled += 1;
    }
    this.#brackets.push(at);
  }

  #endBb(): void {
    let from = this.#firstTag;
    for (let index = this.#settled; from === -1 && index < this.#brackets.count; index += 1) {
      if (this.#isBbHead(this.#brackets.at(index))) from = this.#brackets.at(index);
    }
    if (from === -1) {
      this.#brackets.count = 0;
      this.#settled = 0;
    } else this.#cut(from);
  }

  #isBbHead(from: number): boolean {
    const name = this.#nameAt(from);
    if (name === 0 || !(name === disk ? this.#isDisk() : bb.has(name))) return false;
    const next = this.#left[this.#nameEnd] ?? 0;
    return next === closeBracket || next === equals || isBlank(next);
  }

  #isDisk(): boolean {
    for (let at = 0; at < diskWords.length; at += 1) {
      const [unit, wanted] = [this.#left[this.#nameEnd] ?? 0, diskWords.charCodeAt(at)];
      const isSame = unit === wanted || (unitKey(wanted) !== 0 && unitKey(unit) === unitKey(wanted));
      if (!isSame) return false;
      this.#nameEnd += 1;
    }
    return true;
  }

  /** The name behind the bracket that stands here, as its number; 0 for none. */
  #nameAt(from: number): number {
    const start = this.#left[from + 1] === slash ? from + 2 : from + 1;
    const end = Math.min(this.#length, start + longestName + 1);
    let name = 0;
    let at = start;
    for (; at < end; at += 1) {
      const key = unitKey(this.#left[at] ?? 0);
      if (key === 0) break;
      name = name * 64 + key;
    }
    this.#nameEnd = at;
    return at - start > longestName ? 0 : name;
  }
}
