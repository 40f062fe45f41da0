import type { RemoteRecord } from '../../bitrix24/client.ts';

/** Who changed a record last in the portal: `updatedBy` of crm.item.*, which `crm.item.fields` names MODIFY_BY_ID (crm-item-fields.md, 2026-08). */
export function changedBy({ fields }: RemoteRecord): string | null {
  const id = Number(fields.MODIFY_BY_ID);
  return Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}
