import { z } from 'zod';
import { settingsSchema } from '../sync/plan/settings.ts';

/** What an exported document says of itself. */
export const documentFormat = 'axenta-bitrix24-settings';
/** A release reads this format and the earlier ones. */
export const documentFormatVersion = 1;

const newer = {
  ru: `документ сделан более новым выпуском: этот читает формат до ${documentFormatVersion}. Обновите приложение или выгрузите документ заново`,
  en: `the document was made by a newer release: this one reads formats up to ${documentFormatVersion}. Update the app, or export the document again`,
};

/** The head of a document, whatever is in it: its format is judged before its settings. */
export const importSchema = z.strictObject({
  dry_run: z.boolean().optional(),
  document: z.looseObject({
    format: z.literal(documentFormat),
    format_version: z
      .number()
      .int()
      .min(1)
      .refine((version) => version <= documentFormatVersion, { params: { text: newer } }),
    settings: z.looseObject({}),
  }),
});

/** A document of this release's format as a whole; paths begin with `document.`. */
export const documentSchema = z.object({
  document: z.strictObject({
    format: z.string(),
    format_version: z.number(),
    exported_at: z.string().optional(),
    settings: settingsSchema,
  }),
});
