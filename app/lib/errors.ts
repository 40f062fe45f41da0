/** A sentence for people in both languages. Russian is the default; English goes out with `Accept-Language: en`. */
export interface Text {
  ru: string;
  en: string;
}

export type Language = keyof Text;

export interface AppErrorOptions {
  /** Stable snake_case code: callers decide by it, never by the text. */
  code: string;
  /** HTTP status that the error becomes when it reaches the REST interface. */
  status: number;
  /** What is wrong and how to mend it. */
  text: Text;
  /** Machine-readable facts: field paths, allowed values. Never secrets. */
  details?: unknown;
  /** Seconds after which it is worth asking again; sent as `Retry-After`. */
  retryAfterSec?: number;
  cause?: unknown;
}

/**
 * An error that a person may read: it has a stable code, an HTTP status and a sentence in two languages.
 * Anything that is not an AppError is a defect of ours and is shown as a bland 500.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly text: Text;
  readonly details: unknown;
  readonly retryAfterSec: number | undefined;

  constructor(options: AppErrorOptions) {
    super(options.text.en, { cause: options.cause });
    this.name = 'AppError';
    this.code = options.code;
    this.status = options.status;
    this.text = options.text;
    this.details = options.details;
    this.retryAfterSec = options.retryAfterSec;
  }
}

/** The request cannot be understood: `details` lists `{path, problem}` pairs. */
export function invalidRequest(text: Text, details?: unknown): AppError {
  return new AppError({ code: 'invalid_request', status: 400, text, details });
}

/** The record does not exist, or belongs to another tenant: callers cannot tell the two apart. */
export function notFound(text: Text = { ru: 'Запись не найдена', en: 'Record not found' }): AppError {
  return new AppError({ code: 'not_found', status: 404, text });
}
