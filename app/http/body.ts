import type { IncomingMessage } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import type Koa from 'koa';
import qs from 'qs';
import { AppError } from '../lib/errors.ts';
import type { Context } from './errors.ts';
import { findJsonBreak } from './json-break.ts';

const jsonParser = bodyParser({
  enableTypes: ['json'],
  jsonLimit: '1mb',
  jsonStrict: false,
  extendTypes: { json: ['application/json', '+json'] },
  // A body where none belongs is read too, so that it is refused instead of passed over.
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
}) as unknown as Koa.Middleware;
const formBytes = 1_048_576;
const formParser = bodyParser({ enableTypes: ['form'], formLimit: '1mb' }) as unknown as Koa.Middleware;

/**
 * Reads a JSON body of at most 1 MB; undefined when there is none. Throws errors with status 400 (malformed), 413 or 415, which
 * become sentences in the error envelope.
 */
export async function readJson(ctx: Context): Promise<unknown> {
  if (!hasBody(ctx)) return undefined;
  if (!ctx.is('json', '+json')) throw Object.assign(new Error('Not JSON'), { status: 415 });
  await parseWith(jsonParser, ctx).catch((error: unknown) => {
    throw brokenJson(error) ?? error;
  });
  return (ctx.request as { body?: unknown }).body;
}

/**
 * Reads a form with bracketed keys, as Bitrix24 sends it: events urlencoded, frames of some portals multipart. The parser's own nesting
 * stops at five levels and drops parameters silently, so the raw text is parsed here, with limits that refuse instead.
 */
export async function readForm(ctx: Context): Promise<Record<string, unknown>> {
  if (ctx.is('multipart')) return parseForm(await readMultipart(ctx));
  if (!ctx.is('urlencoded')) throw new AppError({ ...notAForm, status: 415 });
  await parseWith(formParser, ctx);
  return parseForm((ctx.request as { rawBody?: string }).rawBody ?? '');
}

/** The parser's error keeps the text that it could not read. Null for every other error. */
function brokenJson(cause: unknown): AppError | null {
  const { body: text } = Object(cause) as { body?: unknown };
  const place = typeof text === 'string' ? findJsonBreak(text) : null;
  if (!place) return null;
  const { line, column } = place;
  return new AppError({
    code: 'malformed_body',
    status: 400,
    text: {
      ru: `Тело запроса — не JSON: ошибка в строке ${line}, позиция ${column}`,
      en: `The request body is no JSON: it breaks at line ${line}, column ${column}`,
    },
    details: { line, column },
    cause,
  });
}

function parseForm(text: string): Record<string, unknown> {
  try {
    return qs.parse(text, {
      depth: 10,
      parameterLimit: 5000,
      arrayLimit: 1000,
      allowDots: false,
      throwOnLimitExceeded: true,
    });
  } catch (cause) {
    throw Object.assign(new Error('Form limits exceeded', { cause }), { status: 400 });
  }
}

/** The fields of a multipart form as a query; files are none of ours. */
async function readMultipart(ctx: Context): Promise<string> {
  const content = await readAtMost(ctx.req, formBytes);
  try {
    // Node's own parser, behind the interface of fetch.
    const response = new Response(content, { headers: { 'content-type': ctx.get('content-type') } });
    const fields = [...(await response.formData())].filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return new URLSearchParams(fields).toString();
  } catch (cause) {
    throw Object.assign(new Error('The form cannot be parsed', { cause }), { status: 400 });
  }
}

/** Reads a whole body without ending the connection when it is too long: the caller is still sending, and is to read why. */
function readAtMost(request: IncomingMessage, most: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else reject(Object.assign(new Error('The form is too large'), { status: 413 }));
    });
    request.once('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    request.once('error', reject);
    request.once('aborted', () => reject(Object.assign(new Error('The form was not sent whole'), { status: 400 })));
  });
}

// A packed body that cannot be unpacked fails in the stream, with an error that knows no HTTP status.
async function parseWith(parser: Koa.Middleware, ctx: Context): Promise<void> {
  try {
    await parser(ctx as never, async () => undefined);
  } catch (cause) {
    if ((cause as { status?: number }).status !== undefined) throw cause;
    throw Object.assign(new Error('The body cannot be read', { cause }), { status: 400 });
  }
}

function hasBody(ctx: Context): boolean {
  return ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length') || 0) > 0;
}

const notAForm = {
  code: 'unsupported_body_type',
  text: {
    ru: 'Тело запроса должно быть формой (application/x-www-form-urlencoded или multipart/form-data)',
    en: 'The request body must be a form (application/x-www-form-urlencoded or multipart/form-data)',
  },
};
