import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Connection } from './connect.ts';

interface Secrets {
  inbound: string;
  outgoing: string;
}

/**
 * What an administrator does by hand: an inbound webhook for our calls, an outgoing one for events, and both into the app's set-up. The
 * portal's webhooks last as long as its process.
 */
export const connectByWebhook: Connection = {
  needsOAuth: false,
  async connect({ portal, rest, appOrigin, dataDir }) {
    const { inbound, outgoing } = keptSecrets(path.join(dataDir, 'webhooks.json'));
    const webhook = portal.addWebhook({ secret: inbound });
    portal.addOutgoingWebhook({ url: `${appOrigin}/bitrix24/events`, token: outgoing });
    await rest('POST', '/api/integration/bitrix24/setup', { webhook_url: webhook.url, outgoing_token: outgoing });
  },
};

function keptSecrets(file: string): Secrets {
  if (!existsSync(file)) {
    const secrets: Secrets = { inbound: randomBytes(8).toString('hex'), outgoing: randomBytes(16).toString('hex') };
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}
