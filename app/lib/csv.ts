/**
 * What a spreadsheet takes for a formula (owasp.org, CSV injection, 2026): such a cell is shown as text. One that has apostrophes of its
 * own before it gets one more, so that a reader who takes one off has every text as it was.
 */
const formula = /^'*[=+\-@\t\r]/;

/** One row of a CSV file by RFC 4180; a value that a spreadsheet would calculate begins with an apostrophe. Null is an empty cell. Pure. */
export function csvRow(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Tells spreadsheets that the file is in UTF-8. */
export const csvStart = '\uFEFF';
