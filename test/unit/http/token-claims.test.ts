import { expect } from 'chai';
import jsonwebtoken from 'jsonwebtoken';
import { checkClaims } from '../../../app/http/token-claims.ts';
import { mintToken } from '../../../app/http/tokens.ts';

const now = Date.parse('2026-03-01T10:00:00Z');
const nowSec = now / 1000;
const hour = 3600;
const good = { sub: 'caller', tenant_id: 7, role: 'user', iat: nowSec, exp: nowSec + hour };
const day = { maxAgeHours: 24 };
const named = { maxAgeHours: 24, issuer: 'https://crm.example', audience: 'axenta-bitrix24' };

describe('claims of a token', () => {
  const cases: [title: string, payload: object, rules: object, code: string | null][] = [
    ['a token of an hour', good, day, null],
    ['without iat', { ...good, iat: undefined }, day, null],
    ['without exp', { ...good, exp: undefined }, day, 'token_without_expiry'],
    ['a day, and a clock that is half a minute off', { ...good, exp: nowSec + 24 * hour + 30 }, day, null],
    ['a day and an hour', { ...good, exp: nowSec + 25 * hour }, day, 'token_lives_too_long'],
    ['in the year 9999', { ...good, exp: 253_402_300_799 }, day, 'token_lives_too_long'],
    ['a month, near its end', { ...good, iat: nowSec - 720 * hour }, day, 'token_lives_too_long'],
    [
      'a long life that says it begins later',
      { ...good, iat: nowSec + 99 * hour, exp: nowSec + 100 * hour },
      day,
      'token_lives_too_long',
    ],
    ['a month where that is allowed', { ...good, exp: nowSec + 720 * hour }, { maxAgeHours: 720 }, null],
    ['the set issuer and audience', { ...good, iss: named.issuer, aud: named.audience }, named, null],
    ['several audiences, ours among them', { ...good, iss: named.issuer, aud: ['other', named.audience] }, named, null],
    ['any issuer and audience where none is set', { ...good, iss: 'x', aud: 'y' }, day, null],
    ['no issuer', { ...good, aud: named.audience }, named, 'wrong_issuer'],
    ["another service's issuer", { ...good, iss: 'https://shop.example', aud: named.audience }, named, 'wrong_issuer'],
    ['no audience', { ...good, iss: named.issuer }, named, 'wrong_audience'],
    ["another service's audience", { ...good, iss: named.issuer, aud: ['shop'] }, named, 'wrong_audience'],
    ['part of our audience', { ...good, iss: named.issuer, aud: 'axenta' }, named, 'wrong_audience'],
    ['no company', { ...good, tenant_id: undefined }, day, 'invalid_token'],
  ];
  for (const [title, payload, rules, code] of cases) {
    it(`${code === null ? 'are taken' : `are refused (${code})`}: ${title}`, () => {
      const checked = checkClaims(payload, rules as typeof day, now);
      expect('code' in checked ? checked.code : null).to.equal(code);
    });
  }

  it('of a token that we mint obey the rules of the server', () => {
    const token = mintToken(
      'a secret that only the tests know, long enough',
      { tenantId: 7, role: 'user', subject: 'a' },
      24,
      named,
    );
    expect(checkClaims(jsonwebtoken.decode(token), named, Date.now())).to.include({ tenant_id: 7, role: 'user' });
  });

  it('are refused in words that name the claim and the setting', () => {
    const refusal = checkClaims({ ...good, iss: 'x' }, named, now);
    expect('text' in refusal && refusal.text.ru)
      .to.include('iss')
      .and.include('JWT_ISSUER');
    expect('text' in refusal && refusal.text.en)
      .to.include('iss')
      .and.include('JWT_ISSUER');
  });
});
