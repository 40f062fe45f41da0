/** Kinds of local records that take part in the synchronisation, as `local_type` spells them. */
export const entities = ['contract', 'user', 'object'] as const;
export type Entity = (typeof entities)[number];

/** Kinds of Bitrix24 records, as `bitrix24_type` spells them. */
export type Bitrix24Type = 'deal' | 'contact' | 'company';

/** ORIGINATOR_ID of every record that we create in a portal. */
export const originator = 'axenta';

/** Which side of a record pair a queue row, a change or a log line speaks of. */
export type Side = 'local' | 'bitrix24';

export type SyncDirection = 'to_bitrix' | 'from_bitrix' | 'bidirectional';

/**
 * The two kinds of each pair. `entityTypeId` is Bitrix24's number for `crm.item.*`
 * (api-reference/crm/universal/index.md, 2026-08): 2 deal, 3 contact, 4 company.
 */
export const pairKinds = {
  contract: { bitrix24Type: 'company', entityTypeId: 4, table: 'contracts' },
  user: { bitrix24Type: 'contact', entityTypeId: 3, table: 'users' },
  object: { bitrix24Type: 'deal', entityTypeId: 2, table: 'objects' },
} as const satisfies Record<Entity, { bitrix24Type: Bitrix24Type; entityTypeId: number; table: string }>;

/** The local kind that a Bitrix24 kind is paired with. */
export const entityOf: Record<Bitrix24Type, Entity> = { deal: 'object', contact: 'user', company: 'contract' };
