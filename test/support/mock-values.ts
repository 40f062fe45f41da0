import type { RemoteRecord } from '../../app/bitrix24/client.ts';
import { Bitrix24Error, type ErrorKind } from '../../app/bitrix24/errors.ts';

export interface MockErrorOptions {
  code?: string;
  kind?: ErrorKind;
  retryable?: boolean;
  uncertain?: boolean;
}

/** A failure as the real client throws it: a portal that cannot be reached, unless said otherwise. */
export function mockError(message: string, options: MockErrorOptions = {}): Bitrix24Error {
  const { code = 'portal_unreachable', kind = 'network', retryable = true, uncertain = false } = options;
  const reason = { ru: message, en: message };
  return new Bitrix24Error({
    code,
    rule: { kind, retryable, advice: { ru: 'Повторите', en: 'Retry' } },
    reason,
    uncertain,
  });
}

/** A record with everything that a test does not care about. */
export function mockRecord(values: Partial<RemoteRecord> & { id: number }): RemoteRecord {
  const modifiedAt = new Date('2026-11-01T10:00:00Z');
  return {
    modifiedAt,
    createdAt: modifiedAt,
    originatorId: null,
    originId: null,
    fields: {},
    multifields: [],
    ...values,
  };
}
