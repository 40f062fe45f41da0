/** The kinds of CRM records that have a pair in Bitrix24. */
export const kinds = ['object', 'user', 'contract'] as const;
export type Kind = (typeof kinds)[number];

export type CardType = 'deal' | 'contact' | 'company';
export const cardTypeOf: Record<Kind, CardType> = { object: 'deal', user: 'contact', contract: 'company' };

/** Where the portal shows the card of a record. */
export function cardPath(type: CardType, id: string | number): string {
  return `/crm/${type}/details/${id}/`;
}
