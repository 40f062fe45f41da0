import { adviceFor } from '../bitrix24/error-table.ts';
import { csvRow } from '../lib/csv.ts';
import type { Language, Text } from '../lib/errors.ts';
import type { ErrorRow, ListedError } from './error-list.ts';

/** How the tenant reaches its portal; null without a connection. */
export type ConnectionKind = 'webhook' | 'installation' | null;

interface StoredAnswer {
  text?: Text;
  advice?: Text;
}

const entities: Readonly<Record<string, string>> = {
  ...{ quot: '"', '#34': '"', '#034': '"', apos: "'", '#39': "'", '#039': "'", laquo: '«', raquo: '»' },
  ...{ nbsp: ' ', lt: '<', gt: '>', amp: '&' },
};

/** A portal's text with its entities as characters; once, so that what was escaped twice stays visible as text. Pure. */
export function decoded(text: string): string {
  return text.replace(/&(#?\w{1,6});/g, (whole, name: string) => entities[name.toLowerCase()] ?? whole);
}

/** What happened, and what can be done about it by a tenant that reaches its portal this way, in the reader's language. Pure. */
export function explain(
  { code, message, response }: Pick<ErrorRow, 'code' | 'message' | 'response'>,
  { language, via }: { language: Language; via: ConnectionKind },
): { message: string; advice: string | null } {
  const { text, advice } = (response ?? {}) as StoredAnswer;
  const said = text?.[language] ?? message;
  const stored = advice?.[language];
  const isAppended = stored !== undefined && said.endsWith(stored);
  const known = via === null ? null : adviceFor(code, { via, stored: advice });
  return {
    message: decoded(isAppended ? said.slice(0, -stored.length).replace(/[. ]+$/, '') : said),
    advice: known?.[language] ?? stored ?? null,
  };
}

/** The error as a reader of this language sees it: the column holds the Russian sentence, the answer beside it both. Pure. */
export function presentError<Row extends ErrorRow>(row: Row, language: Language): Row {
  const { text } = (row.response ?? {}) as StoredAnswer;
  return { ...row, message: decoded(text?.[language] ?? row.message) };
}

export const errorCsvHeader = csvRow([
  ...['at', 'state', 'local_type', 'local_id', 'local_name', 'bitrix24_id', 'field', 'value', 'code', 'message'],
  ...['advice', 'attempts', 'closed_by', 'closed_at'],
]);

/** An error as a row of a spreadsheet. Pure. */
export function errorCsv(row: ListedError, reader: { language: Language; via: ConnectionKind }): string {
  const { message, advice } = explain(row, reader);
  return csvRow([
    ...[row.updated_at.toISOString(), row.state, row.local_type, row.local_id, row.local_name, row.bitrix24_id],
    ...[row.field, row.value, row.code, message, advice, row.attempts],
    ...[row.resolved_by_name ?? row.resolved_by, row.resolved_at?.toISOString() ?? null],
  ]);
}
