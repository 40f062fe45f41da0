export const labels = [
  'IMEI',
  'Тип',
  'Договор',
  'Клиент',
  'Роль',
  'Создан',
  'Обновлён',
  'Название',
  'Срок',
  'ИНН',
  'КПП',
] as const;

/** What a line of our part shows of a value, in UTF-16 units. */
export const longestValue = 1000;
const longestLine = longestValue + 20;

const labelled = new RegExp(`^(${labels.join('|')}):(?: |$)`);

/** The label that a line of our part begins with; null for a line without one. */
export function labelOf(line: string): string | null {
  return labelled.exec(line)?.[1] ?? null;
}

/** The words of lines, one behind the other. */
interface Words {
  next: Map<string, Words>;
  /** Index of the line that ends here. */
  line?: number;
}

/** The lines of our part of COMMENTS as they were last; there may be very many. */
export class KnownLines {
  readonly #lines: readonly string[];
  readonly #all: ReadonlySet<string>;
  #words: Words | null = null;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#all = new Set(lines);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  has(line: string): boolean {
    return this.#all.has(line);
  }

  /** Labels of lines that are not among those shown: somebody changed or removed them. */
  labelsMissingIn(shown: ReadonlySet<string>): Set<string | null> {
    const missing = this.#lines.filter((line) => !shown.has(line)).map(labelOf);
    return new Set(missing.filter((label) => label !== null));
  }

  /** The line of ours that this one begins with, before a blank and the words of somebody else. */
  startOf(line: string): string | null {
    this.#words ??= wordsOf(this.#lines);
    let first = this.#lines.length;
    let at: Words | undefined = this.#words;
    for (let from = 0, blank = line.indexOf(' '); blank !== -1 && at; blank = line.indexOf(' ', from)) {
      at = at.next.get(line.slice(from, blank));
      first = Math.min(first, at?.line ?? first);
      from = blank + 1;
    }
    return this.#lines[first] ?? null;
  }
}

function wordsOf(lines: readonly string[]): Words {
  const root: Words = { next: new Map() };
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    let at = root;
    for (const word of line.split(' ')) {
      const next = at.next.get(word) ?? { next: new Map() };
      at.next.set(word, next);
      at = next;
    }
    at.line ??= index;
  }
  return root;
}
