import { expect } from 'chai';
import { judgeEnd } from '../../../public/src/card/contract-end.ts';
import { type CardFacts, judgeCard } from '../../../public/src/card/verdict.ts';

const fine: CardFacts = {
  ...{ isOld: false, hasFailed: false, isDone: true, state: 'linked', isPaused: false },
  ...{ conflicts: 0, differing: 0 },
};

describe('the verdict on the pair behind a card', () => {
  const cases: [string, Partial<CardFacts>, string][] = [
    ['both sides agree', {}, 'Данные совпадают'],
    ['what is shown was read before the tab came back', { isOld: true }, 'Проверяем…'],
    ['and it is waited for, too', { isOld: true, isDone: false, differing: 1 }, 'Проверяем…'],
    ['a change is on its way', { isDone: false, differing: 1 }, 'Ждёт синхронизации'],
    ['the sides differ and nothing is on its way', { differing: 1 }, 'Есть отличия'],
    ['a field waits for a decision, whatever else', { conflicts: 2, differing: 1, isDone: false }, '{count}'],
    ['the pair rests', { isPaused: true, differing: 1, isDone: false }, 'На паузе'],
    [
      'it failed, which is told before all else',
      { hasFailed: true, isOld: true, conflicts: 1 },
      'Ошибка синхронизации',
    ],
    ['the CRM record is gone', { state: 'unlinked' }, 'Удалена в CRM'],
    ['a link by hand is on its way', { state: 'unlinked', isDone: false }, 'Ждёт синхронизации'],
  ];
  for (const [title, facts, expected] of cases) {
    it(title, () => expect(judgeCard({ ...fine, ...facts }).text.ru).to.include(expected));
  }
});

describe('the end of a contract', () => {
  const now = new Date(2026, 10, 26, 23, 30);
  const cases: [string, string | null, number | null, boolean][] = [
    ['there is none', null, null, false],
    ['its last day is today', '2026-11-26', 0, true],
    ['it ends within a month', '2026-12-26', 30, true],
    ['it ends later', '2026-12-27', 31, false],
    ['it is over', '2026-11-25', -1, true],
    ['it is a moment, whose day counts', '2026-11-27T00:00:00.000Z', 1, true],
  ];
  for (const [title, end, days, isNear] of cases) {
    it(title, () => expect(judgeEnd(end, now)).to.deep.equal({ days, isNear }));
  }
});
