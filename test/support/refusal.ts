import { expect } from 'chai';
import type { Answer } from './world.ts';

/** Checks that an answer is a refusal a caller can work with: a status of the caller's fault, a stable code, a sentence, the request's id. */
export function expectRefusal(answer: Answer, status: number | readonly number[], code?: string): void {
  const shown = JSON.stringify(answer.body);
  expect([status].flat(), shown).to.include(answer.status);
  expect(answer.body.status, shown).to.equal('error');
  expect(answer.body.code, shown).to.match(/^[a-z0-9_]+$/);
  if (code !== undefined) expect(answer.body.code, shown).to.equal(code);
  expect(answer.body.error, shown).to.be.a('string').and.not.equal('');
  expect(answer.body.request_id).to.equal(answer.headers.get('x-request-id'));
}

/** The sentence is in the language that was asked for. */
export function expectLanguage(answer: Answer, language: 'ru' | 'en'): void {
  const isRussian = /[а-яё]/i.test(answer.body.error);
  expect(isRussian, answer.body.error).to.equal(language === 'ru');
}
