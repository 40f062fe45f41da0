import { expect } from 'chai';
import { wantedConflicts } from '../../../public/src/grid/conflict-filter.ts';

describe('what the server is asked of conflicts', () => {
  const none = { state: 'open', local_type: '', field: '', winner: '', age: '', q: '' } as const;
  const now = Date.parse('2026-11-26T10:20:30Z');
  const cases: [string, Parameters<typeof wantedConflicts>[0], ReturnType<typeof wantedConflicts>][] = [
    ['nothing narrows nothing', none, {}],
    ['those that ask', { ...none, state: 'asked' }, { standing: true }],
    ['older than a day', { ...none, age: 'day' }, { until: '2026-11-25T10:00:00.000Z' }],
    [
      'older than a week, of a field',
      { ...none, age: 'week', field: 'title' },
      { field: 'title', until: '2026-11-19T10:00:00.000Z' },
    ],
    ['an age that is none', { ...none, age: 'year' }, {}],
  ];
  for (const [title, address, wanted] of cases)
    it(title, () => expect(wantedConflicts(address, now)).to.deep.equal(wanted));
});
