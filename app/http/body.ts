import { bodyParser } from '@koa/bodyparser';
import type Koa from 'koa';
import qs from 'qs';
import { AppError } from '../lib/errors.ts';
import type { Context } from './errors.ts';

const jsonParser = bodyParser({
  enableTypes: ['json'],
  jsonLimit: '1mb',
  jsonStrict: false,
  extendTypes: { json: ['application/json', '+json'] },
  // A body where none belongs is read too, so that it is refused instead of passed over.
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
}) as unknown as Koa.Middleware;
const formParser = bodyParser({ enableTypes: ['form'], formLimit: '1mb' }) as unknown as Koa.Middleware;

/**
 * Reads a JSON body of at most 1 MB; undefined when there is none. Throws errors with status 400 (malformed), 413 or 415, which
 * become sentences in the error envelope.
 */
export async function readJson(ctx: Context): Promise<unknown> {
  if (!hasBody(ctx)) return undefined;
  if (!ctx.is('json', '+json')) throw Object.assign(new Error('Not JSON'), { status: 415 });
  await parseWith(jsonParser, ctx);
  return (ctx.request as { body?: unknown }).body;
}

/**
 * Reads a form with bracketed keys, as Bitrix24 sends it. The parser's own nesting stops at five levels and drops parameters
 * silently, so the raw text is parsed here, with limits that refuse instead.
 */
export async function readForm(ctx: Context): Promise<Record<string, unknown>> {
  if (!ctx.is('urlencoded')) throw new AppError({ ...notAForm, status: 415 });
  await parseWith(formParser, ctx);
  const raw = (ctx.request as { rawBody?: string }).rawBody ?? '';
  try {
    return qs.parse(raw, {
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
    ru: 'Тело запроса должно быть формой (application/x-www-form-urlencoded)',
    en: 'The request body must be a form (application/x-www-form-urlencoded)',
  },
};
