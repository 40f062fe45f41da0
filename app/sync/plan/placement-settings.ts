import { z } from 'zod';

const code = z.string().min(1).max(100);
const responsible = z.int().positive();
/** New records of the placement are imported: no robots start, no customer gets a message. */
const silent = z.boolean();

const dealPlace = z.strictObject({
  /** The funnel; 0 is the common one. */
  category_id: z.int().min(0).optional(),
  stage_id: code.optional(),
  responsible_id: responsible.optional(),
  source_id: code.optional(),
  silent: silent.optional(),
});

/** Where new deals go: all of them, and those of objects of a type. What a type leaves out is as for all. */
const objectPlacement = z.strictObject({
  default: dealPlace.optional(),
  by_type: z
    .record(z.string().min(1).max(255), dealPlace)
    .refine((types) => Object.keys(types).length <= 100, { error: 'at most 100 types' })
    .optional(),
});

const userPlacement = z.strictObject({
  responsible_id: responsible.optional(),
  source_id: code.optional(),
  type_id: code.optional(),
  silent: silent.optional(),
});

const contractPlacement = z.strictObject({
  responsible_id: responsible.optional(),
  company_type: code.optional(),
  silent: silent.optional(),
});

/** Where new records go in the portal, and to whom; by kind of record. */
export const placementRules = { object: objectPlacement, user: userPlacement, contract: contractPlacement };

export const placementSchema = z.strictObject({
  object: objectPlacement.optional(),
  user: userPlacement.optional(),
  contract: contractPlacement.optional(),
});

/** What a tenant chose; where nothing is chosen the portal decides. */
export interface PlacementSettings {
  object: z.infer<typeof objectPlacement>;
  user: z.infer<typeof userPlacement>;
  contract: z.infer<typeof contractPlacement>;
}

export const defaultPlacement: PlacementSettings = { object: {}, user: {}, contract: {} };

/** Everything that may be chosen for a new record of any kind. */
export interface Place {
  category_id?: number | undefined;
  stage_id?: string | undefined;
  responsible_id?: number | undefined;
  source_id?: string | undefined;
  type_id?: string | undefined;
  company_type?: string | undefined;
  silent?: boolean | undefined;
}
