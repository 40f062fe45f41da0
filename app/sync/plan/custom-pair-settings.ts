import { z } from 'zod';
import { conversions } from '../../field-maps/conversions.ts';
import { firstLinkRules } from './first-link.ts';

const value = z.string().min(1).max(255);
const unmapped = z.union([z.enum(['error', 'keep']), z.strictObject({ default: value })]);

/** A tenant's own pair of a CRM column and a field of the portal. */
export const customPairSchema = z.strictObject({
  local: z.string().max(100),
  bitrix24: z
    .string()
    .max(100)
    .regex(/^[A-Z][A-Z0-9_]*$/),
  owner: z.enum(['both', 'crm', 'bitrix24']),
  direction: z.enum(['both', 'to_bitrix', 'from_bitrix']).optional(),
  conversion: z.enum(conversions).optional(),
  /** For lists: which CRM value is which value of the list, by its id. Absent: by name. */
  values: z
    .array(z.strictObject({ crm: value, bitrix24: value, return: z.boolean().optional() }))
    .max(500)
    .optional(),
  /** For lists: what becomes of a value without a counterpart. */
  unmapped: z.strictObject({ to_bitrix: unmapped.optional(), from_bitrix: unmapped.optional() }).optional(),
  /** What stands where linked records differ as the pair is new. */
  first_link: z.enum(firstLinkRules).optional(),
});
