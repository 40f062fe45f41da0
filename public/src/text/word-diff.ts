/** A piece of a text; `isChanged` where the other text has something else. */
export interface Piece {
  text: string;
  isChanged: boolean;
}

/** Beyond this many words the texts are compared at their ends alone: a table of all pairs would be too dear. */
const mostWords = 400;

/**
 * Two texts cut into pieces that they have in common and pieces that they do not, by words: the longest common sequence of words. The
 * pieces of each, put together, are the text. Pure.
 */
export function diffWords(left: string, right: string): { left: Piece[]; right: Piece[] } {
  const [a, b] = [wordsOf(left), wordsOf(right)];
  const start = commonStart(a, b);
  const end = commonEnd(a.slice(start), b.slice(start));
  const [middleA, middleB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const common = middleA.length * middleB.length > mostWords ** 2 ? [] : commonWords(middleA, middleB);
  const marksOf = (words: string[], side: 0 | 1) => {
    const kept = new Set(common.map((pair) => start + pair[side]));
    return joined(words, (index) => index < start || index >= words.length - end || kept.has(index));
  };
  return { left: marksOf(a, 0), right: marksOf(b, 1) };
}

/** Words with the spaces and marks between them, so that nothing is lost. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  return commonStart([...a].reverse(), [...b].reverse());
}

/** Pairs of places of the longest common sequence. */
function commonWords(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

function joined(words: readonly string[], isCommon: (index: number) => boolean): Piece[] {
  const pieces: Piece[] = [];
  for (const [index, text] of words.entries()) {
    const isChanged = !isCommon(index);
    const last = pieces.at(-1);
    if (last && last.isChanged === isChanged) last.text += text;
    else pieces.push({ text, isChanged });
  }
  return pieces;
}
