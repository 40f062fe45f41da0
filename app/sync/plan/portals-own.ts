import type { RemoteValues } from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';

/**
 * Why a Bitrix24 record is no counterpart of any of ours, although `crm.item.list` shows it among the others; null for an ordinary one.
 * The portal's own legal entity stands among companies with `isMyCompany`, vendors among companies and contacts in system categories
 * (an ordinary one has category 0 or none; how-to-get-contractors, 2026-08), templates of recurring deals among deals with `isRecurring`.
 */
export function reasonNotToPair(entity: Entity, { fields }: RemoteValues): NotPaired | null {
  if (entity === 'object') return isSet(fields.IS_RECURRING) ? 'recurring_template' : null;
  if (entity === 'contract' && isSet(fields.IS_MY_COMPANY)) return 'own_company';
  return Number(fields.CATEGORY_ID ?? 0) > 0 ? 'system_category' : null;
}

export type NotPaired = 'own_company' | 'system_category' | 'recurring_template';

function isSet(value: unknown): boolean {
  return value === 'Y' || value === true;
}
