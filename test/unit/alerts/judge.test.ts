import { expect } from 'chai';
import { alertSettingsSchema } from '../../../app/alerts/alert-settings.ts';
import { causes, titles, viewOf } from '../../../app/alerts/causes.ts';
import type { AlertFacts } from '../../../app/alerts/facts.ts';
import { judgeCauses } from '../../../app/alerts/judge.ts';
import type { Fault } from '../../../app/sync/faults/fault-store.ts';

const now = new Date('2026-11-26T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const days = 24 * 60;
const text = { ru: 'Стоит', en: 'Waits' };

const connection = {
  ...{ portal: 'b24.example', state: 'active' as const, error: null, suspendedAt: null },
  ...{ refreshedAt: null, planEndsAt: null },
};
const well: AlertFacts = {
  ...{ now, connection, removed: null, faults: [], completeUntil: ago(5) },
  ...{ newErrors: { count: 0, since: null }, held: { count: 0, since: null }, oldConflicts: { count: 0, since: null } },
};
const lost = { ...connection, state: 'suspended' as const, error: 'Вебхук удалён', suspendedAt: ago(3) };
const fault = (scope: Fault['scope'], minutes: number): Fault => ({
  ...{ id: 1, scope, subject: 'contract', code: 'X', text, advice: null, attempts: 1, nextTryAt: null },
  since: ago(minutes),
});

const cases: [title: string, facts: Partial<AlertFacts>, present: string[]][] = [
  ['nothing where all is well', {}, []],
  ['nothing of a company that was never connected', { connection: null, completeUntil: null }, []],
  ['a connection that is suspended', { connection: lost }, ['connection_lost:']],
  ['an application that was removed', { connection: null, removed: { portal: 'x', at: ago(1) } }, ['connection_lost:']],
  [
    'of a lost connection nothing that follows from it',
    { connection: lost, completeUntil: ago(9000), faults: [fault('connection', 60)] },
    ['connection_lost:'],
  ],
  [
    'a portal that has not answered for long',
    { faults: [fault('connection', 16)] },
    ['fault_open:connection:contract'],
  ],
  [
    'each fault that is open for long',
    { faults: [fault('kind', 16), fault('search', 16)] },
    ['fault_open:kind:contract', 'fault_open:search:contract'],
  ],
  ['no fault that may pass by itself', { faults: [fault('kind', 15)] }, []],
  ['errors that are more than allowed', { newErrors: { count: 21, since: ago(50) } }, ['errors_rise:']],
  ['no errors that are as many as allowed', { newErrors: { count: 20, since: ago(50) } }, []],
  ['a lag that is too long', { completeUntil: ago(121) }, ['lag:']],
  ['no lag where nothing is known yet', { completeUntil: null }, []],
  ['held deletions', { held: { count: 1, since: ago(1) } }, ['deletions_held:']],
  ['conflicts that have waited', { oldConflicts: { count: 1, since: ago(2000) } }, ['old_conflict:']],
  [
    'tokens that were not renewed for 23 days and more',
    { connection: { ...connection, refreshedAt: ago(23 * days + 1) } },
    ['ending_soon:token'],
  ],
  ['no tokens of yesterday', { connection: { ...connection, refreshedAt: ago(days) } }, []],
  ['a plan that has ended', { connection: { ...connection, planEndsAt: ago(days) } }, ['ending_soon:plan']],
  ['no plan of next month', { connection: { ...connection, planEndsAt: ago(-30 * days) } }, []],
];

describe('causes of alerts: a company is told', () => {
  const settings = alertSettingsSchema.parse({});
  for (const [title, facts, present] of cases) {
    it(title, () => {
      const found = judgeCauses({ ...well, ...facts }, settings);
      expect(found.map(({ cause, subject }) => `${cause}:${subject}`)).to.deep.equal(present);
      for (const { what, advice } of found) {
        expect(what.en).to.not.match(/[а-яё]/i);
        for (const line of [what.ru, what.en, advice.ru, advice.en]) expect(line).to.match(/[^.]$/);
      }
    });

    if (present.length > 0) {
      it(`nothing of ${title} where it does not want to know`, () => {
        const off = Object.fromEntries(causes.map((cause) => [cause, { on: false }]));
        expect(judgeCauses({ ...well, ...facts }, alertSettingsSchema.parse({ causes: off }))).to.deep.equal([]);
      });
    }
  }

  it('of each cause by a title for its beginning and its end, and a page to mend it on', () => {
    expect(Object.keys(titles)).to.have.members(causes);
    expect(Object.keys(viewOf)).to.have.members(causes);
  });
});
