import type { IncomingMessage } from 'node:http';
import qs from 'qs';

export type Params = Record<string, unknown>;

/** Reads a query or a form with bracketed keys as PHP does: lists for keys 0, 1, …, maps for others. */
export function parseQuery(text: string): Params {
  return qs.parse(text, { depth: 20, parameterLimit: 100_000, arrayLimit: 1000, allowDots: false }) as Params;
}

/** Parameters of a request: query and body, the body wins. A body that is no JSON counts as empty, as PHP has it. */
export async function readParams(request: IncomingMessage, query: string): Promise<Params> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
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
