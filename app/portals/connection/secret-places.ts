/**
 * Which column and row a stored secret belongs to. A ciphertext is bound to its place: moved to another row, it does not decrypt.
 */
export const webhookPlace = (tenantId: number) => `companies.bitrix24_webhook_url:${tenantId}`;
export const clientSecretPlace = (tenantId: number) => `companies.bitrix24_client_secret:${tenantId}`;
/** A spare pair is bound as the present one: it takes its place without being encrypted anew. */
export const accessPlace = (memberId: string) => `bitrix24_installations.access_token:${memberId}`;
export const refreshPlace = (memberId: string) => `bitrix24_installations.refresh_token:${memberId}`;
