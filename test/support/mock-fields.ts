import type { Entity } from '../../app/lib/records.ts';

/** Fields that a portal names in every record, empty ones too. */
const standardFields: Record<Entity, readonly string[]> = {
  object: ['TITLE', 'COMMENTS', 'BEGINDATE', 'CLOSEDATE', 'COMPANY_ID'],
  user: ['NAME', 'SECOND_NAME', 'LAST_NAME', 'COMMENTS'],
  contract: ['TITLE', 'COMMENTS'],
};

/** An empty record's fields. */
export const emptyFields = (entity: Entity) => Object.fromEntries(standardFields[entity].map((name) => [name, null]));

/** A documented name as `crm.item.*` spells it. */
export const itemName = (upperName: string) =>
  upperName.toLowerCase().replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
