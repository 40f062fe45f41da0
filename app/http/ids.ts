import { z } from 'zod';

/** Ids are PostgreSQL's `integer`. */
const greatestId = 2_147_483_647;

/** An id inside a JSON body. */
export const idSchema = z.number().int().min(1).max(greatestId);

/** An id inside an address: digits alone, so that one record has one address. */
export const idTextSchema = z.preprocess(
  (text) => (typeof text === 'string' && /^[1-9]\d*$/.test(text) ? Number(text) : text),
  idSchema,
);

/** A count inside an address, from 0. */
export const countTextSchema = z.preprocess(
  (text) => (typeof text === 'string' && /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : text),
  z.number().int().min(0).max(greatestId),
);

/** The `:id` of an address. */
export const idParams = z.strictObject({ id: idTextSchema });
