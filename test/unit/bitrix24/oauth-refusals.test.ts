import { expect } from 'chai';
import { classify, oauthRefused } from '../../../app/bitrix24/error-table.ts';

/** What the authorization server refuses, with the statuses that one source or another gives it (settings/oauth/error-codes.md, 2026-08). */
const refusals: [code: string, statuses: number[], becomes: string, sentence: RegExp, advice: RegExp][] = [
  ['invalid_scope', [400, 403], 'invalid_scope', /просит права, которых нет в его карточке/, /Отметьте права crm/],
  ['insufficient_scope', [401, 403], 'insufficient_scope', /не хватает прав/, /Проверьте права приложения/],
  ['authorization_error', [401], 'authorization_error', /Сотрудник, установивший приложение, уволен/, /Другой админ/],
  ['ERROR_OAUTH', [401], 'error_oauth', /Приложение не установлено на портале/, /Установите приложение .* ещё раз/],
  ['APPLICATION_NOT_FOUND', [401], 'application_not_found', /Приложение удалено/, /Добавьте приложение на портал/],
  [
    'ACCESS_DENIED',
    [403],
    'access_denied',
    /Сервер авторизации .* отказал .* в доступе/,
    /тариф портала разрешает REST/,
  ],
  ['user_access_error', [403], 'user_access_error', /не хватает прав/, /кому из сотрудников оно доступно/],
  ['PAYMENT_REQUIRED', [401], 'payment_required', /Тариф портала не разрешает REST/, /Продлите тариф/],
  ['PORTAL_DELETED', [410, 500], 'portal_deleted', /Портал Битрикс24 удалён/, /открывается ли портал/],
  [
    'invalid_client',
    [400, 401],
    'client_refused',
    /не принял client_id .* или приложение не установлено/,
    /Скопируйте оба/,
  ],
  ['wrong_client', [200], 'client_refused', /не принял client_id .* или приложение не установлено/, /Скопируйте оба/],
  ['invalid_grant', [400], 'token_chain_dead', /Доступ приложения .* прекращён/, /Переустановить/],
  ['NOT_INSTALLED', [401], 'token_chain_dead', /Доступ приложения .* прекращён/, /Переустановить/],
];

/** Codes that REST itself answers an application with, of which people must learn something else than that a value is wrong. */
const restCodes = [
  'invalid_scope',
  'authorization_error',
  'ERROR_OAUTH',
  'APPLICATION_NOT_FOUND',
  'ACCESS_DENIED',
  'invalid_client',
];

describe('a refusal of the authorization server', () => {
  for (const [code, statuses, becomes, sentence, advice] of refusals) {
    it(`${code} has its own sentence and its advice, in either case and with every status`, () => {
      for (const status of statuses) {
        for (const error of [code, code.toLowerCase(), code.toUpperCase()]) {
          const refusal = oauthRefused(status, { error, error_description: '' });
          expect(refusal).to.include({ code: becomes, kind: 'auth', retryable: false });
          expect(refusal.reason.ru).to.match(sentence);
          expect(refusal.advice.ru).to.match(advice);
          expect(`${refusal.text.ru} ${refusal.text.en}`).not.to.match(/внутренн|internal/i);
          expect(refusal.text.en).not.to.match(/[а-яё]/i);
        }
      }
    });
  }

  it('tells the six causes of a lost access apart', () => {
    const sentences = restCodes.map((error) => oauthRefused(400, { error }).reason);
    expect(new Set(sentences.map(({ ru }) => ru.replace(/: [\w]+$/, ''))).size).to.equal(restCodes.length);
    expect(new Set(sentences.map(({ en }) => en.replace(/: [\w]+$/, ''))).size).to.equal(restCodes.length);
  });

  it('without a known code is an outage that passes', () => {
    expect(oauthRefused(502, '<html>')).to.include({ code: 'oauth_unavailable', kind: 'network', retryable: true });
  });
});

describe('a refusal of REST to an application', () => {
  it('tells the same causes apart, and speaks of no webhook', () => {
    const known = restCodes.map((error) => classify({ status: 401, body: { error }, via: 'installation' }));
    expect(new Set(known.map(({ reason }) => reason.ru)).size).to.equal(restCodes.length);
    for (const { text } of known) expect(`${text.ru} ${text.en}`).not.to.match(/вебхук|webhook|внутренн|internal/i);
  });
});
