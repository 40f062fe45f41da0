import { z } from 'zod';

const direction = z.enum(['to_bitrix', 'from_bitrix', 'bidirectional']);
const policy = z.enum(['latest', 'crm', 'bitrix24']);
const onLocalDelete = z.enum(['keep', 'close', 'delete']);
const onBitrix24Delete = z.enum(['keep', 'recreate', 'delete']);
const owner = z.enum(['both', 'crm', 'bitrix24']);

const fieldMap = z.strictObject({
  disabled: z.array(z.string().max(100)).max(50).optional(),
  owners: z.record(z.string().max(100), owner).optional(),
  custom: z
    .array(
      z.strictObject({
        local: z.string().max(100),
        bitrix24: z
          .string()
          .max(100)
          .regex(/^[A-Z][A-Z0-9_]*$/),
        owner,
      }),
    )
    .max(50)
    .optional(),
});

function perEntity<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ object: value.optional(), user: value.optional(), contract: value.optional() });
}

/**
 * What a tenant's administrator may choose; kept in `companies.settings` exactly as it was sent, absent keys mean the
 * default. `automatic` is also read by the queue triggers in the database.
 */
export const settingsSchema = z.strictObject({
  directions: perEntity(direction).optional(),
  policies: perEntity(policy).optional(),
  automatic: perEntity(z.boolean()).optional(),
  import_new: perEntity(z.boolean()).optional(),
  on_local_delete: perEntity(onLocalDelete).optional(),
  on_bitrix24_delete: perEntity(onBitrix24Delete).optional(),
  field_map: perEntity(fieldMap).optional(),
});

export type StoredSettings = z.infer<typeof settingsSchema>;
export type ConflictPolicy = z.infer<typeof policy>;

function forEach<Value>(value: Value) {
  return { object: value, user: value, contract: value };
}

/** Defaults: both ways, the later change wins, nothing is deleted, records that only Bitrix24 has stay there. */
const defaults = {
  directions: forEach<z.infer<typeof direction>>('bidirectional'),
  policies: forEach<ConflictPolicy>('latest'),
  automatic: forEach(true),
  import_new: forEach(false),
  on_local_delete: forEach<z.infer<typeof onLocalDelete>>('keep'),
  on_bitrix24_delete: forEach<z.infer<typeof onBitrix24Delete>>('keep'),
  field_map: forEach<z.infer<typeof fieldMap>>({}),
};

export type Settings = typeof defaults;

/** The tenant's settings with every default filled in. Unknown or damaged stored values fall back to the defaults. */
export function settingsOf(stored: unknown): Settings {
  const parsed = settingsSchema.safeParse(stored ?? {});
  const chosen: StoredSettings = parsed.success ? parsed.data : {};
  return {
    directions: { ...defaults.directions, ...chosen.directions },
    policies: { ...defaults.policies, ...chosen.policies },
    automatic: { ...defaults.automatic, ...chosen.automatic },
    import_new: { ...defaults.import_new, ...chosen.import_new },
    on_local_delete: { ...defaults.on_local_delete, ...chosen.on_local_delete },
    on_bitrix24_delete: { ...defaults.on_bitrix24_delete, ...chosen.on_bitrix24_delete },
    field_map: { ...defaults.field_map, ...chosen.field_map },
  };
}
