/** One number and how it came about. */
export interface Line {
  what: string;
  value: string;
}

/** What a measure found, under its own heading. */
export interface Finding {
  title: string;
  /** How it was measured: without this a number says nothing. */
  how: string;
  lines: Line[];
}

/** A table of plain text for people. */
export function print({ title, how, lines }: Finding): string {
  const width = Math.max(...lines.map(({ what }) => what.length));
  const rows = lines.map(({ what, value }) => `  ${what.padEnd(width)}  ${value}`);
  return [title, ...rows, `  (${how})`, ''].join('\n');
}

/** `1 234`, `56.7`, `0.89`: as many digits as mean something. */
export function shown(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits }).replaceAll(',', ' ');
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
