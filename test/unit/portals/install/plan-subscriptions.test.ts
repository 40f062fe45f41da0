import { expect } from 'chai';
import {
  type Binding,
  type BindingPlan,
  planSubscriptions,
} from '../../../../app/portals/install/plan-subscriptions.ts';

const ours = (name: string): Binding => ({ name, handler: 'https://axenta.example/events' });
const former = (name: string): Binding => ({ name, handler: 'https://old.example/events' });

const cases: { name: string; present: Binding[]; wanted: Binding[]; kept?: string[]; expected: BindingPlan }[] = [
  { name: 'nothing there, nothing wanted', present: [], wanted: [], expected: { bind: [], unbind: [] } },
  {
    name: 'a fresh portal gets everything',
    present: [],
    wanted: [ours('A'), ours('B')],
    expected: { bind: [ours('A'), ours('B')], unbind: [] },
  },
  {
    name: 'what is bound already is left as it is',
    present: [ours('A'), ours('B')],
    wanted: [ours('B'), ours('A')],
    expected: { bind: [], unbind: [] },
  },
  {
    name: 'what is missing is added',
    present: [ours('A')],
    wanted: [ours('A'), ours('B')],
    expected: { bind: [ours('B')], unbind: [] },
  },
  {
    name: 'a former address is replaced',
    present: [former('A')],
    wanted: [ours('A')],
    expected: { bind: [ours('A')], unbind: [former('A')] },
  },
  {
    name: 'a former address beside the present one is released',
    present: [former('A'), ours('A')],
    wanted: [ours('A')],
    expected: { bind: [], unbind: [former('A')] },
  },
  {
    name: 'what is not wanted any more is released',
    present: [ours('A'), ours('B')],
    wanted: [ours('A')],
    expected: { bind: [], unbind: [ours('B')] },
  },
  {
    name: 'a handler that is listed for several users is released once',
    present: [former('A'), former('A'), former('B')],
    wanted: [],
    expected: { bind: [], unbind: [former('A'), former('B')] },
  },
  {
    name: 'what the portal bound itself is kept',
    present: [former('A'), { name: 'A', handler: 'https://axenta.example/install' }],
    wanted: [ours('A')],
    kept: ['https://axenta.example/install'],
    expected: { bind: [ours('A')], unbind: [former('A')] },
  },
];

describe('planBindings', () => {
  for (const { name, present, wanted, kept, expected } of cases) {
    it(name, () => expect(planSubscriptions(present, wanted, kept)).to.deep.equal(expected));
  }
});
