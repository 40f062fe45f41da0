/** What the signing secret of a company's outgoing webhook is bound to; the keeper of alerts and the rotation of keys agree on it. */
export const alertSecretPlace = (tenantId: number) => `alert_settings.webhook_secret:${tenantId}`;
