import type { RemoteChanges } from '../field-maps/types.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import type { Command } from './batch.ts';

/**
 * Known defects of `crm.item.update` (as of 2026-09): a company's fields cannot be emptied by it. The frozen family can; it says
 * only "true", so the record is read in the same request. Kept in this one file, to be deleted when the defect is.
 */
export function splitClearing(
  entity: Entity,
  id: number,
  changes: RemoteChanges,
): { clearing: Command | null; rest: RemoteChanges } {
  if (entity !== 'contract') return { clearing: null, rest: changes };
  const cleared = Object.entries(changes.fields).filter(([, value]) => value === null || value === '');
  if (cleared.length === 0) return { clearing: null, rest: changes };
  const kept = Object.entries(changes.fields).filter(([, value]) => value !== null && value !== '');
  return {
    clearing: {
      method: `crm.${pairKinds[entity].bitrix24Type}.update`,
      params: { id, fields: Object.fromEntries(cleared.map(([name]) => [name, ''])) },
    },
    rest: { ...changes, fields: Object.fromEntries(kept) },
  };
}
