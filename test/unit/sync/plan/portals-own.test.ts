import { expect } from 'chai';
import type { Entity } from '../../../../app/lib/records.ts';
import { reasonNotToPair } from '../../../../app/sync/plan/portals-own.ts';

const cases: { name: string; entity: Entity; fields: Record<string, unknown>; reason: string | null }[] = [
  { name: 'an ordinary company', entity: 'contract', fields: { IS_MY_COMPANY: 'N', CATEGORY_ID: 0 }, reason: null },
  { name: 'a company of an older portal', entity: 'contract', fields: {}, reason: null },
  { name: "the portal's own company", entity: 'contract', fields: { IS_MY_COMPANY: 'Y' }, reason: 'own_company' },
  { name: 'a vendor', entity: 'contract', fields: { CATEGORY_ID: 12 }, reason: 'system_category' },
  { name: "a vendor's contact", entity: 'user', fields: { CATEGORY_ID: '12' }, reason: 'system_category' },
  { name: 'an ordinary contact', entity: 'user', fields: { CATEGORY_ID: null }, reason: null },
  { name: 'a deal of a funnel', entity: 'object', fields: { CATEGORY_ID: 12, IS_RECURRING: 'N' }, reason: null },
  {
    name: 'a template of recurring deals',
    entity: 'object',
    fields: { IS_RECURRING: 'Y' },
    reason: 'recurring_template',
  },
];

describe('what a record of the portal is, as far as pairs go', () => {
  for (const { name, entity, fields, reason } of cases)
    it(`${name}: ${reason ?? 'a counterpart'}`, () =>
      expect(reasonNotToPair(entity, { fields, multifields: [] })).to.equal(reason));
});
