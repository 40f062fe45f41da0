import type { IncomingMessage } from 'node:http';
import qs from 'qs';
import { NoAnswer } from './faults.ts';

export type Params = Record<string, unknown>;

/** Reads a query or a form with bracketed keys as PHP does: lists for keys 0, 1, …, maps for others. */
export function parseQuery(text: string): Params {
  const maps = qs.parse(text, { depth: 20, parameterLimit: 100_000, parseArrays: false, allowDots: false });
  return toLists(maps) as Params;
}

function toLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, toLists(item)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/**
 * Parameters of a request: query and body, the body wins. A body that is no JSON counts as empty, as PHP has it. A body of more than
 * `maxBytes` is the web server's matter: throws its page 413.
 */
export async function readParams(
  request: IncomingMessage,
  query: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Params> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    // Read to its end, so that the caller gets the page and not a broken connection.
    if (bytes <= maxBytes) chunks.push(chunk as Buffer);
  }
  if (bytes > maxBytes) throw new NoAnswer(413);
  const text = Buffer.concat(chunks).toString('utf8');
  const type = request.headers['content-type'] ?? '';
  return { ...parseQuery(query), ...(type.includes('json') ? parseJson(text) : parseQuery(text)) };
}

function parseJson(text: string): Params {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Params) : {};
  } catch {
    return {};
  }
}

/** A number as PHP reads it: any list or map that is not empty is 1, which makes an unresolved reference dangerous. */
export function toInteger(value: unknown): number {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0 ? 1 : 0;
  return Number.parseInt(String(value), 10) || 0;
}
