import { z } from 'zod';
import type { Entity } from '../../lib/records.ts';
import { type NamedField, objectColumns } from './identity.ts';
import { defaultKeys, type KeyRule, matchActions, matchKeys } from './match.ts';

/** What a tenant chooses of how records of one kind are recognised in the portal; what is absent is the default. */
export const matchingSchema = z.strictObject({
  /** Keys in the order in which they are tried, each with what is done with what it finds. */
  keys: z
    .array(z.strictObject({ key: z.enum(matchKeys), action: z.enum(matchActions) }))
    .max(matchKeys.length)
    .optional(),
  /** Objects only: the field of deals that holds the value of `column`. Absent: deals are known by their origin alone. */
  field: z
    .string()
    .max(100)
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .optional(),
  column: z.enum(objectColumns).optional(),
});

export type MatchingChoice = z.infer<typeof matchingSchema>;

/** What counts when a tenant has chosen nothing. */
export const defaultMatching: Record<Entity, MatchingChoice> = {
  contract: { keys: [...defaultKeys.contract] },
  user: { keys: [...defaultKeys.user] },
  // Which field of deals would hold what, only the tenant knows.
  object: {},
};

/** How records of one kind are recognised: the keys in their order, and the field that the tenant named. */
export interface Matching {
  keys: readonly KeyRule[];
  named: NamedField | null;
}

/** The choice with its defaults; keys of other kinds are passed over. Pure. */
export function matchingOf(entity: Entity, { keys, field, column = 'imei' }: MatchingChoice): Matching {
  const named = entity === 'object' && field ? { field, column } : null;
  if (entity === 'object' && !named) return { keys: [], named };
  return { keys: (keys ?? defaultKeys[entity]).filter(({ key }) => fitsKind(entity, key)), named };
}

/** Whether records of a kind have what a key is made of. Pure. */
export function fitsKind(entity: Entity, key: KeyRule['key']): boolean {
  return defaultKeys[entity].some((rule) => rule.key === key);
}
