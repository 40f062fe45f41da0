import { expect } from 'chai';
import { portalName, readPortalName } from '../../../public/src/records/portal-only.ts';

describe('how the address names a record that is in Bitrix24 alone', () => {
  it('by its kind there and its number', () => {
    for (const type of ['deal', 'contact', 'company'] as const) {
      const name = portalName({ bitrix24_type: type, bitrix24_id: '4271' });
      expect(readPortalName(name)).to.deep.equal({ type, id: 4271 });
    }
  });

  for (const name of ['', '17', 'object-5', 'deal-0', 'deal-05', 'deal-1x', 'lead-5', 'deal-99999999999']) {
    it(`and not by ${JSON.stringify(name)}`, () => expect(readPortalName(name)).to.equal(null));
  }
});
