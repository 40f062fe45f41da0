import { wordsIn } from './soak-words.ts';

export type Side = 'ours' | 'theirs';

/** A value that a person typed, with what makes it known again wherever it stands. */
export interface Typed {
  at: Date;
  side: Side;
  /** `object 5`, or `deal 7 of 127.0.0.1:8443`. */
  record: string;
  field: string;
  value: string;
  /** Stands in no other value. */
  mark: string;
  /** What a person wrote in its place, having seen it there. */
  replacedBy: Typed | string | null;
}

export interface Edit {
  side: Side;
  record: string;
  field: string;
  value: string;
  mark: string;
  /** What stood there, and was replaced. */
  saw?: unknown;
}

export type Ledger = ReturnType<typeof makeLedger>;

const wordMark = /[xn]\d{5}[xn]/g;

/** Marks of phone numbers and of numbers of taxpayers: their last seven digits. */
const digitMark = (text: string) => text.replace(/\D/g, '').slice(-7);

/** Everything that anybody typed. */
export function makeLedger() {
  const all: Typed[] = [];
  const byMark = new Map<string, Typed>();
  let last = 0;

  function replaced(text: unknown, by: Typed | string): void {
    const shown = String(text ?? '');
    for (const mark of [...(shown.match(wordMark) ?? []), ...shown.split('\n').map(digitMark)]) {
      const typed = byMark.get(mark);
      if (typed && typed !== by) typed.replacedBy ??= by;
    }
  }

  return {
    all: all as readonly Typed[],

    /** A word that no other value has. */
    word: () => `x${String(++last).padStart(5, '0')}x`,
    /** Seven digits that no other value has. */
    digits: () => String(2_000_000 + ++last),
    /** A contract's number has its own kind of mark: it is to stand in titles, never in names. */
    number: () => `n${String(++last).padStart(5, '0')}n`,

    typed({ saw, ...edit }: Edit): void {
      const typed: Typed = { ...edit, at: new Date(), replacedBy: null };
      all.push(typed);
      byMark.set(edit.mark, typed);
      replaced(saw, typed);
    },
    /** A person took this away, having seen it. `by` tells how. */
    replaced,
  };
}

/** A text that stands somewhere at the end. */
export interface Standing {
  where: string;
  text: string;
}

export interface Missing {
  typed: Typed;
  /** Where a part of it stands. */
  partsIn: Standing[];
}

/** What was typed, was replaced by no person that saw it, and stands nowhere in full. Pure. */
export function findMissing(all: readonly Typed[], standing: readonly Standing[]): Missing[] {
  const byMark = new Map<string, Standing[]>();
  for (const item of standing) {
    const marks = [...(item.text.match(wordMark) ?? []), ...digitMarksIn(item.text)];
    for (const mark of new Set(marks)) byMark.set(mark, [...(byMark.get(mark) ?? []), item]);
  }
  return all.flatMap((typed) => {
    if (typed.replacedBy) return [];
    const partsIn = byMark.get(typed.mark) ?? [];
    return partsIn.some(({ text }) => holds(text, typed)) ? [] : [{ typed, partsIn }];
  });
}

function digitMarksIn(text: string): string[] {
  return (text.match(/\+?\d[\d ()-]{6,}/g) ?? []).map(digitMark);
}

function holds(text: string, { value, mark }: Typed): boolean {
  if (/^\d+$/.test(mark)) return true;
  // Case makes no difference in an address.
  if (value.includes('@')) return text.toLowerCase().includes(value.toLowerCase());
  const there = new Set(wordsIn(text));
  return wordsIn(value.replace(/<[^<>]*>|\[\/?(?:b|i|url|p)(?:=[^\]]*)?\]/gi, ' ')).every((word) => there.has(word));
}
