/** Where everything about one tenant's portal lives. */
export const bitrix24Address = '/api/integration/bitrix24';

/** Where the error table lives: it is not of Bitrix24 alone. */
export const errorsAddress = '/api/integration/errors';

/** Throws AppError when the tenant has no connection (400), or one that a person has to mend first (409). */
export type RequireActive = (tenantId: number) => Promise<void>;
