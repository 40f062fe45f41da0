import { AppError, type Text } from '../lib/errors.ts';

export type ErrorKind = 'auth' | 'network' | 'validation' | 'limit' | 'conflict' | 'gone';

export interface ErrorRule {
  kind: ErrorKind;
  /** May be tried again without a person. */
  retryable: boolean;
  /** What a person can do. */
  advice: Text;
}

/** A failure that Bitrix24 or the way to it reported, classified by its wire code alone. */
export class Bitrix24Error extends AppError {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  /** What happened, without the advice that `text` ends with. */
  readonly reason: Text;
  readonly advice: Text;
  /** Bitrix24 may have done the work although we have no answer: never repeat a create blindly. */
  readonly uncertain: boolean;
  /** For limits: how long the tenant must wait. */
  readonly retryAfterMs: number | undefined;

  constructor(options: {
    code: string;
    rule: ErrorRule;
    reason: Text;
    uncertain?: boolean;
    retryAfterMs?: number;
    cause?: unknown;
  }) {
    const text = followedBy(options.reason, options.rule.advice);
    const { code, cause, retryAfterMs } = options;
    super({
      ...{ code, text, cause, status: options.rule.kind === 'limit' ? 503 : 502 },
      ...(retryAfterMs !== undefined && { retryAfterSec: Math.max(1, Math.ceil(retryAfterMs / 1000)) }),
    });
    this.name = 'Bitrix24Error';
    this.kind = options.rule.kind;
    this.retryable = options.rule.retryable;
    this.reason = options.reason;
    this.advice = options.rule.advice;
    this.uncertain = options.uncertain ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A sentence with what to do about it. */
export function followedBy(reason: Text, advice: Text): Text {
  return { ru: `${reason.ru}. ${advice.ru}`, en: `${reason.en}. ${advice.en}` };
}
