import fc from 'fast-check';
import type { Entity } from '../../app/lib/records.ts';
import type { SideRule } from '../../app/sync/plan/scope-settings.ts';

const moments = [
  '2026-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.999Z',
  '2026-01-01T00:00:01.000Z',
  '2026-06-30T21:00:00.000Z',
  '2026-07-01T00:00:00.500Z',
];
const moment = fc.constantFrom(...moments, '2026-01-01T03:00:00+03:00', '2026-07-01T00:00:00.7+00:00');
const days = ['2025-12-31', '2026-01-01', '2026-06-30', '2026-12-31'];
const some = <Value>(...values: Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const period = fc
  .record({ from: fc.constantFrom(...days), to: fc.constantFrom(...days) }, { requiredKeys: [] })
  .filter(({ from, to }) => (from ?? to) !== undefined && (from ?? '') <= (to ?? from ?? ''));
const partly = { requiredKeys: [] };

/** Values of each field; the last ones are in no rule. */
const types = ['truck', 'car', 'кран «Ивановец»', "o'neil"];
const statuses = ['active', 'archived', 'draft'];
const clients = ['ООО Ромашка', 'ООО «Василёк»', '7701234567', '7802345678'];
export const contractIds = [1, 2, 3];
export const funnels = [0, 1, 2];
const stages = ['NEW', 'EXECUTING', 'C1:NEW', 'C1:WON', 'C2:NEW'];
const users = [1, 7, 9];
const sources = ['WEB', 'CALL', 'EMAIL'];

/** Rules of the CRM side. */
export const crmRules: Record<Entity, fc.Arbitrary<SideRule>> = {
  object: fc.record(
    {
      types: some(...types.slice(1)),
      statuses: some(...statuses),
      contract_ids: some(...contractIds),
      clients: some(...clients),
      updated_since: moment,
    },
    partly,
  ),
  user: fc.record({ roles: some('driver', 'admin'), is_active: fc.boolean() }, partly),
  contract: fc.record({ statuses: some(...statuses), start_date: period, end_date: period }, partly),
};

/** Rules of the Bitrix24 side. */
export const portalRules: Record<Entity, fc.Arbitrary<SideRule>> = {
  object: fc.record(
    {
      categories: some(...funnels),
      stages: some(...stages),
      responsible: some(...users),
      sources: some(...sources),
      updated_since: moment,
    },
    partly,
  ),
  user: fc.record({ types: some('CLIENT', 'PARTNER'), responsible: some(...users) }, partly),
  contract: fc.record({ types: some('CUSTOMER', 'OTHER'), responsible: some(...users) }, partly),
};

const orNull = <Value>(...values: Value[]) => fc.constantFrom(null, ...values);

/** Columns of CRM rows. */
export const crmRows: Record<Entity, fc.Arbitrary<Record<string, unknown>>> = {
  object: fc.record({
    type: orNull(...types),
    status: fc.constantFrom(...statuses),
    contract_id: orNull(...contractIds),
    updated_at: fc.constantFrom(...moments),
  }),
  user: fc.record({ role: fc.constantFrom('driver', 'admin', 'user'), is_active: fc.boolean() }),
  contract: fc.record({ status: fc.constantFrom(...statuses), start_date: orNull(...days), end_date: orNull(...days) }),
};

/** Fields of the portal's records. */
export const portalRecords: Record<Entity, fc.Arbitrary<Record<string, unknown>>> = {
  object: fc.record({
    place: fc.constantFrom([0, 'NEW'], [0, 'EXECUTING'], [1, 'C1:NEW'], [1, 'C1:WON'], [2, 'C2:NEW']),
    ASSIGNED_BY_ID: fc.constantFrom(...users),
    SOURCE_ID: orNull(...sources),
  }),
  user: fc.record({ TYPE_ID: orNull('CLIENT', 'PARTNER', 'OTHER'), ASSIGNED_BY_ID: fc.constantFrom(...users) }),
  contract: fc.record({ COMPANY_TYPE: orNull('CUSTOMER', 'OTHER'), ASSIGNED_BY_ID: fc.constantFrom(...users) }),
};

/** When the portal's records were changed; it keeps whole seconds. */
export const changedAt = fc.constantFrom(...moments);
