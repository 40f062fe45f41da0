import { expect } from 'chai';
import fc from 'fast-check';
import { fieldMapFor } from '../../../app/field-maps/custom.ts';
import { canonicalMoney } from '../../../app/field-maps/money.ts';
import { expectNothingLost, expectQuiet } from './person-edits.ts';
import { SimulatedPair } from './simulated-pair.ts';

const amounts = fc.integer({ min: 1, max: 99_999_999 }).map((cents) => (cents / 100).toFixed(2));
const currencies = fc.constantFrom('RUB', 'USD', 'EUR', 'KZT', 'BYN');
const money = fc.record({ total_amount: fc.option(amounts, { nil: null }), currency: currencies });

const ways = [
  [
    'a money field',
    'UF_CRM_SUM',
    (amount: string | null, currency: string) => ({ UF_CRM_SUM: amount && `${amount}|${currency}` }),
  ],
  [
    'an amount beside its currency',
    'REVENUE',
    (amount: string | null, currency: string) => ({ REVENUE: amount && Number(amount), CURRENCY_ID: currency }),
  ],
] as const;

for (const [title, field, write] of ways) {
  const map = fieldMapFor('contract', { custom: [{ local: 'total_amount', bitrix24: field, owner: 'both' }] });
  const pairs = map.pairs.filter(({ key }) => key === `total_amount:${field}`);

  describe(`money in ${title}`, () => {
    it('is the same amount in the same currency on both sides after an edit of either, and rests', () => {
      fc.assert(
        fc.property(money, money, fc.boolean(), (first, later, isOurs) => {
          const pair = new SimulatedPair({ ...map, pairs }, first);
          if (isOurs) pair.editLocal(later);
          else pair.editRemote(write(later.total_amount, later.currency));
          pair.pass();
          const { local, remote } = pair.value(`total_amount:${field}`);
          expect(local).to.equal(remote);
          expect(local).to.equal(later.total_amount && canonicalMoney(`${later.total_amount}|${later.currency}`));
          expectQuiet(pair);
        }),
      );
    });

    it('that both sides changed is lost on neither: the losing amount is in the conflict', () => {
      fc.assert(
        fc.property(money, money, money, (first, ours, theirs) => {
          const pair = new SimulatedPair({ ...map, pairs }, first);
          pair.editLocal(ours);
          pair.editRemote(write(theirs.total_amount, theirs.currency));
          pair.pass();
          const typed = [ours, theirs].flatMap(({ total_amount, currency }) =>
            total_amount ? [canonicalMoney(`${total_amount}|${currency}`) ?? ''] : [],
          );
          const { local, remote } = pair.value(`total_amount:${field}`);
          const isKept = pair.conflicts.length > 0 || local === remote;
          expect(isKept).to.equal(true);
          const changed = typed.filter((text) => text !== canonicalMoney(`${first.total_amount}|${first.currency}`));
          expectNothingLost(changed, [local, remote], pair);
          expectQuiet(pair);
        }),
      );
    });
  });
}
