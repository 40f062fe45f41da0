import querystring from 'node:querystring';
import { toCommandLine } from '../../bitrix24/batch.ts';
import type { RequestNote } from '../../bitrix24/request-note.ts';
import { entities, pairKinds } from '../../lib/records.ts';
import { redact } from '../../lib/redact.ts';

/** One command of a request, in short. */
export interface LoggedCommand {
  method: string;
  /** `deal:7`, where it speaks of one record. */
  record: string | null;
  /** The portal's code when it refused the command. */
  code: string | null;
}

/** `partly`: some commands of a batch were refused. `unanswered`: what became of it is not known. */
export const requestOutcomes = ['ok', 'partly', 'refused', 'unanswered'] as const;

export interface DescribedRequest {
  method: string;
  /** The request's own method and those of its commands. */
  methods: string[];
  outcome: (typeof requestOutcomes)[number];
  code: string | null;
  durationMs: number;
  /** Null: the request is no batch. */
  commands: LoggedCommand[] | null;
  /** Records that it speaks of: `deal:7`, `object:12`. */
  records: string[];
  request: string;
  response: string;
}

/** Longest text of a request, and of an answer, in characters. */
const longestText = 20_000;
/** A request reads at most 2,500 records. */
const mostRecords = 3000;
/** Ids of a list that are shown in place of its rows. */
const shownIds = 50;
const cutMark = ' … ✂';

/**
 * What is kept of a request: what was asked, what was answered, and which records it speaks of. Pure. Texts are free of secrets and cut to
 * a bounded length. Rows of a list are not kept, only their number and ids: of people's data no more stays here than what we wrote.
 */
export function describeRequest({ method, params, result, error, durationMs }: RequestNote): DescribedRequest {
  const lines = method === 'batch' ? commandLines(params) : [['', toCommandLine({ method, params })] as const];
  const records = new Set<string>();
  const [results, refusals] = method === 'batch' ? batchParts(result) : [{ '': result }, {}];
  const commands = lines.map(([name, line]) => readCommand(line, results[name], refusals[name], records));
  const refused = commands.filter(({ code }) => code !== null).length;
  const answer = error ? `${error.code}: ${error.reason.ru}` : shownAnswers(lines, results, refusals);
  return {
    method,
    methods: [...new Set([method, ...commands.map((command) => command.method)])],
    outcome: outcomeOf(error, refused),
    code: error?.code.slice(0, 100) ?? commands.find(({ code }) => code !== null)?.code ?? null,
    durationMs: Math.round(durationMs),
    commands: method === 'batch' ? commands : null,
    records: [...records].slice(0, mostRecords),
    request: clean(
      joined(
        lines.map(([, line]) => line),
        // One character is up to twelve of these.
        (line) => querystring.unescape(line.slice(0, longestText * 6)),
      ),
    ),
    response: clean(answer),
  };
}

function outcomeOf(error: RequestNote['error'], refused: number): DescribedRequest['outcome'] {
  if (!error) return refused === 0 ? 'ok' : 'partly';
  return error.kind === 'network' || error.uncertain ? 'unanswered' : 'refused';
}

function commandLines(params: Record<string, unknown>): (readonly [string, string])[] {
  return Object.entries((params.cmd ?? {}) as Record<string, string>);
}

type Parts = Record<string, unknown>;

// PHP writes an empty map as a list.
function batchParts(result: unknown): [Parts, Parts] {
  const { result: results, result_error: errors } = (result ?? {}) as Record<string, unknown>;
  return [toParts(results), toParts(errors)];
}

function toParts(value: unknown): Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Parts) : {};
}

const kindByType: Record<string, string> = Object.fromEntries(
  entities.map((entity) => [String(pairKinds[entity].entityTypeId), pairKinds[entity].bitrix24Type]),
);

/** `id`, and the ids of a filter; not `>id`, by which lists are paged. */
const idKey = /^(?:id|filter%5B(?:%40|%3D)?id%5D(?:%5B\d*%5D)?)$/i;
const originKey = /origin_?id/i;
/** `…:object:12` at the end of an origin (origin-id.ts). */
const originEnd = /%3A(object|user|contract)%3A(\d{1,10})$/;
const longestKey = 100;
const longestOrigin = 100;

/** Reads one command: what it is, which record it speaks of, and whether it was refused. Adds its records to the set. */
function readCommand(line: string, result: unknown, refusal: unknown, records: Set<string>): LoggedCommand {
  const cut = line.indexOf('?');
  const method = cut < 0 ? line : line.slice(0, cut);
  const query = cut < 0 ? '' : line.slice(cut + 1);
  const kind = kindOf(method, query);
  const own = new Set<string>();
  for (const [key, value] of pairsOf(query)) {
    if (kind && idKey.test(key) && isId(value)) own.add(`${kind}:${value}`);
  }
  if (kind) for (const id of idsIn(result)) own.add(`${kind}:${id}`);
  for (const [key, value] of pairsOf(query)) {
    const origin = value.length <= longestOrigin && originKey.test(key) ? originEnd.exec(value) : null;
    if (origin) own.add(`${origin[1]}:${origin[2]}`);
  }
  for (const record of own) records.add(record);
  const [first = null] = own;
  const isOne = [...own].filter((record) => record.split(':')[0] === kind).length === 1 || own.size === 1;
  return { method, record: isOne ? first : null, code: codeOf(refusal) };
}

/** Keys and values as they stand in a query, encoded. No pattern looks at a text that people typed: it may be long and of any shape. */
function pairsOf(query: string): [string, string][] {
  return query.split('&').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 0 || at > longestKey ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
  });
}

const isId = (text: string) => text.length <= 10 && /^\d+$/.test(text);

function kindOf(method: string, query: string): string | undefined {
  const type = /(?:^|&)entityTypeId=(\d+)/.exec(query)?.[1];
  return type ? kindByType[type] : /^crm\.(deal|contact|company)\./.exec(method)?.[1];
}

function idsIn(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  const { item } = result as { item?: unknown };
  const rows = item === undefined ? (rowsOf(result) ?? []) : [item];
  return rows.flatMap((row) => idOf(row) ?? []);
}

function rowsOf(result: unknown): unknown[] | null {
  if (Array.isArray(result)) return result;
  const { items } = (result ?? {}) as { items?: unknown };
  return Array.isArray(items) ? items : null;
}

function idOf(row: unknown): string | null {
  const { id, ID } = (row ?? {}) as { id?: unknown; ID?: unknown };
  const text = String(id ?? ID ?? '');
  return /^\d{1,10}$/.test(text) ? text : null;
}

function codeOf(refusal: unknown): string | null {
  if (refusal === undefined || refusal === null) return null;
  const { error } = refusal as { error?: unknown };
  return String(error ?? 'refused').slice(0, 100) || 'refused';
}

function shownAnswers(lines: readonly (readonly [string, string])[], results: Parts, refusals: Parts): string {
  return joined(lines, ([name]) => {
    const shown = name in refusals ? refusals[name] : shownResult(results[name]);
    return JSON.stringify(shown ?? null);
  });
}

function shownResult(result: unknown): unknown {
  const rows = rowsOf(result);
  return rows ? { rows: rows.length, ids: rows.slice(0, shownIds).map(idOf) } : result;
}

/** One line for each; all have the same share of the room. */
function joined<Item>(items: readonly Item[], show: (item: Item) => string): string {
  const share = Math.floor(longestText / Math.max(items.length, 1));
  return items.map((item) => cutTo(show(item), share)).join('\n');
}

function cutTo(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}${cutMark}` : text;
}

/** Without secrets, of bounded length, and such that PostgreSQL takes it: no NUL, no half of a character. */
function clean(text: string): string {
  return Buffer.from(redact(text).replaceAll('\0', '')).toString();
}
