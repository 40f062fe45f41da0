import { z } from 'zod';
import { settingsSchema } from '../sync/plan/settings.ts';
import { type Document, isDocument } from './settings-diff.ts';

/** The settings with every key optional, and null where a key goes back to its default. */
export const settingsPatchSchema = patchOf(settingsSchema);

/** Objects in all depths may be given in part; lists and single values are replaced as wholes. */
function patchOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    // Wrapped schemas are schemas of the same library.
    return patchOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodRecord)
    return z.record(z.string().max(100), patchOf(schema.valueType as z.ZodType).nullable());
  if (!(schema instanceof z.ZodObject)) return schema;
  const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
  return z.strictObject(Object.fromEntries(shape.map(([key, value]) => [key, patchOf(value).nullable().optional()])));
}

/** The document with a patch: objects are merged in all depths, null takes a key out, everything else replaces what stood. Pure. */
export function withPatch(document: Document, patch: Document): Document {
  const merged: Document = { ...document };
  for (const [key, value] of Object.entries(patch)) {
    const former = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isDocument(value) ? withPatch(isDocument(former) ? former : {}, value) : value;
  }
  return merged;
}
