import type { RemoteRecord } from '../../bitrix24/client.ts';

/**
 * Who changed a record last in the portal: `updatedBy` of crm.item.*, which `crm.item.fields` names UPDATED_BY for deals and MODIFY_BY_ID
 * for contacts and companies (crm-item-fields.md, 2026-08).
 */
export function changedBy({ fields }: RemoteRecord): string | null {
  const id = Number(fields.UPDATED_BY ?? fields.MODIFY_BY_ID);
  return Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}
