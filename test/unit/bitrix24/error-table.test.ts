import { expect } from 'chai';
import { classify, fromNetworkFailure, isPlanRefusal, ownLimit, withWait } from '../../../app/bitrix24/error-table.ts';
import type { Bitrix24Error, ErrorKind } from '../../../app/bitrix24/errors.ts';

type Row = [code: string | number, statuses: number[], kind: ErrorKind, retryable: boolean, uncertain: boolean];

const refused = ['validation', false, false] as const;
const dead = ['auth', false, false] as const;
const server = ['network', true, true] as const;
const limit = ['limit', true, false] as const;
const gone = ['gone', false, false] as const;

/** Every code of system-errors.md and error-codes.md (2026-08), with each status that one source or another gives it. */
const table: Row[] = [
  ['QUERY_LIMIT_EXCEEDED', [503, 200], ...limit],
  ['OPERATION_TIME_LIMIT', [429, 200], ...limit],
  ['OVERLOAD_LIMIT', [503, 401], ...dead],
  ['INTERNAL_SERVER_ERROR', [500], ...server],
  ['ERROR_UNEXPECTED_ANSWER', [500], ...server],
  ['CONNECTION_ERROR', [401], ...server],
  ['PORTAL_DELETED', [500, 403, 410], ...dead],
  ['NO_AUTH_FOUND', [401], ...dead],
  ['expired_token', [401], ...dead],
  ['invalid_token', [401], ...dead],
  ['INVALID_CREDENTIALS', [401, 403], ...dead],
  ['insufficient_scope', [401, 403], ...dead],
  ['user_access_error', [401, 403], ...dead],
  ['PAYMENT_REQUIRED', [401], ...dead],
  ['ERROR_OAUTH', [401], ...dead],
  ['APPLICATION_NOT_FOUND', [401], ...dead],
  ['authorization_error', [401], ...dead],
  ['METHOD_CONFIRM_WAITING', [401], ...dead],
  ['METHOD_CONFIRM_DENIED', [403], ...dead],
  ['WRONG_AUTH_TYPE', [403], ...dead],
  ['WRONG_LICENSE', [403], ...dead],
  ['allowed_only_intranet_user', [403], ...dead],
  // One record without rights must not stop a tenant, and the same code says that.
  ['ACCESS_DENIED', [400, 401, 403], ...refused],
  ['INVALID_REQUEST', [400], ...refused],
  ['ERROR_METHOD_NOT_FOUND', [404], ...refused],
  ['ERROR_MANIFEST_IS_NOT_AVAILABLE', [404], ...refused],
  ['ERROR_BATCH_LENGTH_EXCEEDED', [400, 200], ...refused],
  ['ERROR_BATCH_METHOD_NOT_ALLOWED', [405, 200], ...refused],
  ['ERROR_ARGUMENT', [400], ...refused],
  ['ERROR_CORE', [400, 200], ...refused],
  ['ERROR_CORE', [500], ...server],
  ['100', [400], ...refused],
  [100, [400], ...refused],
  ['0', [400], ...refused],
  [0, [400], ...refused],
  ['', [400], ...refused],
  ['INVALID_ARG_VALUE', [400], ...refused],
  ['CRM_FIELD_ERROR_VALUE_NOT_VALID', [400, 200], ...refused],
  ['CRM_FIELD_ERROR_REQUIRED', [400, 200], ...refused],
  ['MAX_IMPORT_BATCH_SIZE_EXCEEDED', [400], ...refused],
  ['ENTITY_TYPE_NOT_SUPPORTED', [400], ...refused],
  ['CREATE_DYNAMIC_ITEM_RESTRICTED', [400], ...refused],
  ['NOT_FOUND', [400, 200, 404], ...gone],
  ['ERROR_NOT_FOUND', [400], ...gone],
  ['ERROR_ENTITY_NOT_FOUND', [400], ...gone],
  ['INTERNAL_WRONG_TRANSPORT', [500], ...server],
  ['WRONG_ENCODING', [500], ...server],
  ['A_CODE_OF_TOMORROW', [400, 403, 200], ...refused],
  ['A_CODE_OF_TOMORROW', [500, 502], ...server],
];

const descriptions = ['Access denied.', 'Элемент не найден', 'Not found', 'Too many requests', '', 'expired_token'];

describe('classify', () => {
  for (const [code, statuses, kind, retryable, uncertain] of table) {
    for (const status of statuses) {
      it(`takes ${JSON.stringify(code)} with ${status} for ${kind}, whatever is said and however it is spelt`, () => {
        for (const error of typeof code === 'string' ? [code, code.toUpperCase(), code.toLowerCase()] : [code]) {
          for (const error_description of descriptions) {
            const known = classify({ status, body: { error, error_description } });
            expect(known).to.include({ kind, retryable, uncertain });
          }
        }
      });
    }
  }

  for (const [name, status, body] of [
    ['a page of HTML', 502, '<html>502</html>'],
    ['a page of HTML that claims success', 200, '<html>'],
    ['nothing', 504, ''],
    ['null', 200, null],
    ['an object without an error', 200, { something: 1 }],
  ] as const) {
    it(`cannot tell what was done from ${name}`, () => {
      expect(classify({ status, body })).to.include({
        code: 'bitrix24_no_json',
        kind: 'network',
        retryable: true,
        uncertain: true,
      });
    });
  }

  it('takes a missing right for an ended plan where no record is concerned', () => {
    const failure = {
      status: 403,
      body: { error: 'ACCESS_DENIED', error_description: 'REST is available only on commercial plans.' },
    };
    expect(isPlanRefusal(classify({ ...failure, whole: true }))).to.equal(true);
    expect(isPlanRefusal(classify(failure))).to.equal(false);
    expect(isPlanRefusal(classify({ status: 401, body: { error: 'PAYMENT_REQUIRED' } }))).to.equal(true);
    expect(isPlanRefusal(new Error('something else'))).to.equal(false);
  });

  it('reads the error object of the third version of REST', () => {
    const body = { error: { code: 'NOT_FOUND', message: 'No such record' } };
    expect(classify({ status: 400, body })).to.include({ code: 'NOT_FOUND', kind: 'gone' });
  });

  it('shows people what the portal said: in two languages, without markup and secrets, and what to do', () => {
    const { text } = classify({
      status: 400,
      body: {
        error: 'ERROR_CORE',
        error_description:
          'The field <b>E-mail</b> is wrong.<br> See https://portal.example/rest/1/abcdef123456/crm.deal.add..',
      },
    });
    expect(text.en).to.equal(
      "Bitrix24 refused a value: The field E-mail is wrong. See https://portal.example/rest/1/***/crm.deal.add. Mend the record's data and retry the error",
    );
    expect(text.ru).to.match(/^Битрикс24 отказался принять значение: The field E-mail is wrong/);
  });

  it('makes no code out of what is none', () => {
    expect(classify({ status: 400, body: { error: 'Communication type is not defined.' } }).code).to.equal(
      'bitrix24_refused',
    );
    expect(classify({ status: 400, body: { error: '' } }).code).to.equal('bitrix24_refused');
  });
});

describe('fromNetworkFailure', () => {
  for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'host_not_allowed']) {
    it(`knows that nothing was sent: ${code}`, () => {
      expect(fromNetworkFailure({ code, message: '' })).to.include({
        kind: 'network',
        retryable: true,
        uncertain: false,
      });
    });
  }
  for (const [code, words] of [
    ['ECONNRESET', 'соединение оборвалось'],
    ['ECONNREFUSED', 'соединение не принято'],
    ['CERT_HAS_EXPIRED', 'сертификат портала не принят (CERT_HAS_EXPIRED)'],
    ['EMFILE', 'ошибка сети (EMFILE)'],
  ]) {
    it(`${code} is told in words, without what the library says of it`, () => {
      const { ru } = fromNetworkFailure({ code, message: 'socket hang up' }).text;
      expect(ru).to.include(words).and.to.not.include('socket hang up');
    });
  }

  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_BAD_RESPONSE', 'UNKNOWN']) {
    it(`leaves open whether it was done: ${code}`, () => {
      expect(fromNetworkFailure({ code, message: '' })).to.include({
        kind: 'network',
        retryable: true,
        uncertain: true,
      });
    });
  }
  it('hides the secret in what the HTTP client said', () => {
    const error = fromNetworkFailure({ code: 'X', message: 'https://p.example/rest/1/abcdef123456/batch failed' });
    expect(`${error.text.ru} ${error.text.en} ${error.message}`).not.to.contain('abcdef123456');
  });
});

describe('limits as errors', () => {
  it('carry their wait', () => {
    expect(ownLimit(1500)).to.include({ kind: 'limit', retryable: true, uncertain: false, retryAfterMs: 1500 });
    const refusal: Bitrix24Error = classify({ status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED' } });
    expect(withWait(refusal, 2000)).to.include({ code: 'QUERY_LIMIT_EXCEEDED', kind: 'limit', retryAfterMs: 2000 });
  });
});
