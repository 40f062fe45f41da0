import type { FieldPair } from './types.ts';

/** Whether our side's value is ever written to the portal. */
export function sendsToPortal({ owner, direction }: Pick<FieldPair, 'owner' | 'direction'>): boolean {
  return owner !== 'bitrix24' && direction !== 'from_bitrix';
}

/** Whether the portal's value is ever written to our side. */
export function takesFromPortal({ owner, direction }: Pick<FieldPair, 'owner' | 'direction'>): boolean {
  return owner !== 'crm' && direction !== 'to_bitrix';
}
