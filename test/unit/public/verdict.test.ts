import { expect } from 'chai';
import type { Health } from '../../../public/src/api/overview.ts';
import { type RecordCounts, recordLinks, recordStates } from '../../../public/src/api/records.ts';
import { judge, type VerdictCounts } from '../../../public/src/overview/verdict.ts';

const connection = { kind: 'webhook', portal: 'p', state: 'active', paused_until: null, pause_reason: null } as const;
const healthy: Health = {
  ...{ status: 'healthy', timestamp: '', faults: [], complete_until: null, connection, last_event_at: null },
  queue: { depth: 0, due: 0, oldest_at: null },
};
const fault = { scope: 'kind', subject: 'contract', text: '', advice: null, since: '', next_try_at: null } as const;
const faults = [{ ...fault, waits: { text: '', count: 1 } }];

function counts(changes: Partial<VerdictCounts> & { states?: object; links?: object } = {}): VerdictCounts {
  const zero = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  const states = { ...zero(recordStates), in_step: 5, ...changes.states } as RecordCounts['states'];
  const links = { ...zero(recordLinks), linked: 5, ...changes.links } as RecordCounts['links'];
  const records = { total: 5, states, links } as VerdictCounts['records'];
  return { records, errors_failed: 0, held: 0, matches_waiting: 0, ...changes };
}

describe('the verdict of the overview', () => {
  const cases: [string, string, Parameters<typeof judge>][] = [
    ['nothing is connected', 'notConnected', [{ ...healthy, connection: null }, counts(), 0]],
    ['nothing is known yet', 'notConnected', [null, null, null]],
    ['the connection works and nothing is wrong', 'healthy', [healthy, counts(), 0]],
    [
      'records wait to be synchronised, which is no fault',
      'healthy',
      [healthy, counts({ states: { waiting: 12 } }), 0],
    ],
    [
      'records are left out, or deleted in the portal',
      'healthy',
      [healthy, counts({ states: { excluded: 2, orphaned: 1 } }), 0],
    ],
    ['a record fails', 'failing', [healthy, counts({ states: { failing: 1 } }), 0]],
    ['an error is of no record', 'failing', [healthy, counts({ errors_failed: 1 }), 0]],
    ['a conflict is open', 'undecided', [healthy, counts(), 3]],
    ['deletions are held', 'undecided', [healthy, counts({ held: 1 }), 0]],
    ['records may be the same', 'undecided', [healthy, counts({ matches_waiting: 1 }), 0]],
    [
      'no record is linked yet',
      'notLoaded',
      [healthy, counts({ states: { in_step: 0, not_linked: 5 }, links: { linked: 0 } }), 0],
    ],
    [
      'a fault is open, whatever the records are in',
      'degraded',
      [{ ...healthy, status: 'degraded', faults }, counts(), 0],
    ],
    ['the queue is late', 'late', [{ ...healthy, status: 'degraded' }, counts(), 0]],
    ['everything is paused', 'stopped', [{ ...healthy, status: 'paused' }, counts(), 0]],
    ['nothing is synchronised', 'down', [{ ...healthy, status: 'down' }, counts(), 0]],
  ];
  for (const [title, name, given] of cases) {
    it(`${name}: ${title}`, () => expect(judge(...given).name).to.equal(name));
  }

  it('counts what waits for a person together', () => {
    expect(judge(healthy, counts({ held: 2, matches_waiting: 1 }), 3)).to.deep.equal({ name: 'undecided', count: 6 });
  });
});
