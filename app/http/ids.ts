import { z } from 'zod';

/** Ids are PostgreSQL's `integer`. */
export const greatestId = 2_147_483_647;

/** An id inside a JSON body. */
export const idSchema = z.number().int().min(1).max(greatestId);

/** An id inside an address: digits alone, so that one record has one address. */
export const idTextSchema = z
  .string()
  .refine((text) => /^[1-9]\d{0,9}$/.test(text) && Number(text) <= greatestId, {
    params: {
      text: { ru: `нужно целое число от 1 до ${greatestId}`, en: `expected an integer from 1 to ${greatestId}` },
    },
  })
  .transform(Number);

/** The `:id` of an address. */
export const idParams = z.strictObject({ id: idTextSchema });
