import type Koa from 'koa';
import { databaseProblem } from '../lib/database-away.ts';
import { AppError, type Language, type Text } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';

/** What the middleware keeps of a request. */
export interface RequestState {
  requestId: string;
  log: Log;
  language: Language;
  /** Under which the caller's address is counted. */
  address: string;
}

export type Context = Koa.ParameterizedContext<RequestState>;

/** Turns whatever was thrown below into the error envelope; what is not meant for people becomes a bland 500 and a full log line. */
export async function answerErrors(ctx: Context, next: Koa.Next): Promise<void> {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) throw noSuchAddress(ctx);
  } catch (error) {
    const known = toAppError(error);
    // What is still on its way is read to nothing: a connection that is ended while its caller sends shows no answer, but a reset.
    if (known.status === 413) ctx.req.resume();
    if (known.code === internal.code) ctx.state.log.error({ err: error }, 'Внутренняя ошибка');
    answerError(ctx, known);
  }
}

/** Answers with an error envelope in the caller's language. */
export function answerError(
  ctx: Context,
  error: {
    status: number;
    code: string;
    text: Text;
    details?: unknown;
    data?: unknown;
    retryAfterSec?: number | undefined;
  },
): void {
  ctx.status = error.status;
  if (error.retryAfterSec !== undefined) ctx.set('retry-after', String(error.retryAfterSec));
  ctx.body = {
    status: 'error',
    error: error.text[ctx.state.language],
    code: error.code,
    request_id: ctx.state.requestId,
    ...(error.details === undefined ? {} : { details: localised(error.details, ctx.state.language) }),
    ...(error.data === undefined ? {} : { data: error.data }),
  };
}

// `{path, problem: {ru, en}}` becomes `{path, problem}` in the one language.
function localised(details: unknown, language: Language): unknown {
  if (!Array.isArray(details)) return details;
  return details.map((entry: { problem?: unknown }) =>
    isText(entry.problem) ? { ...entry, problem: entry.problem[language] } : entry,
  );
}

function isText(value: unknown): value is Text {
  return typeof value === 'object' && value !== null && 'ru' in value && 'en' in value;
}

function noSuchAddress(ctx: Context): AppError {
  return new AppError({
    code: 'no_such_address',
    status: 404,
    text: {
      ru: `Нет такого адреса: ${ctx.method} ${ctx.path}. Список адресов: /api/docs`,
      en: `No such address: ${ctx.method} ${ctx.path}. All addresses: /api/docs`,
    },
  });
}

// Libraries below throw errors of their own with an HTTP status; their texts are for programmers.
const byStatus: Record<number, { code: string; text: Text }> = {
  400: { code: 'malformed_body', text: { ru: 'Тело запроса не разобрать', en: 'The request body cannot be parsed' } },
  413: {
    code: 'body_too_large',
    text: { ru: 'Тело запроса слишком велико, не более 1 МБ', en: 'The request body is too large, at most 1 MB' },
  },
  415: {
    code: 'unsupported_body_type',
    text: {
      ru: 'Тело запроса должно быть в формате JSON (Content-Type: application/json)',
      en: 'The request body must be JSON (Content-Type: application/json)',
    },
  },
};

const internal = {
  code: 'internal_error',
  text: {
    ru: 'Внутренняя ошибка. Она записана в журнал; назовите поддержке request_id',
    en: 'Internal error. It has been logged; tell support the request_id',
  },
};

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const problem = databaseProblem(error);
  if (problem) return problem;
  const status = (error as { status?: unknown } | null)?.status;
  const known = typeof status === 'number' ? byStatus[status] : undefined;
  return new AppError({ ...(known ?? internal), status: known ? (status as number) : 500, cause: error });
}

/** The methods that an address has, when the one asked for is not among them. */
export function methodNotAllowed(ctx: Context, allowed: readonly string[]): AppError {
  ctx.set('allow', allowed.join(', '));
  return new AppError({
    code: 'method_not_allowed',
    status: 405,
    text: {
      ru: `Метод ${ctx.method} здесь не поддерживается, есть: ${allowed.join(', ')}`,
      en: `The method ${ctx.method} is not supported here, there is: ${allowed.join(', ')}`,
    },
  });
}
