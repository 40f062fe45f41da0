import { expect } from 'chai';
import { isFree } from '../../../app/integration/portal-only-known.ts';
import type { Origin } from '../../../app/sync/plan/origin-id.ts';

const known = { taken: new Set([1]), standing: new Set([10]), former: new Set([3]) };
const ours = (localId: number, former = false): Origin => ({ whose: 'ours', localId, former });

describe('a record of the portal stands for none of the CRM', () => {
  const cases: { what: string; id: number; origin: Origin; free: boolean }[] = [
    { what: 'when people made it', id: 2, origin: { whose: 'none' }, free: true },
    { what: 'not when a mapping names it', id: 1, origin: { whose: 'none' }, free: false },
    {
      what: 'not when another company or database made it',
      id: 2,
      origin: { whose: 'others', database: null, localId: 7 },
      free: false,
    },
    { what: 'when it was made for a CRM record that has no mapping now', id: 2, origin: ours(11), free: true },
    {
      what: 'not while the create that made it is under way, nor when it is a copy',
      id: 2,
      origin: ours(10),
      free: false,
    },
    {
      what: 'not when its mark in the former form may be of another database',
      id: 2,
      origin: ours(11, true),
      free: false,
    },
    { what: 'when its mark in the former form is one that we linked once', id: 3, origin: ours(11, true), free: true },
  ];
  for (const { what, id, origin, free } of cases) {
    it(what, () => expect(isFree(id, origin, known)).to.equal(free));
  }
});
