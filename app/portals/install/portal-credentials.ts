import type { InstallationAccess } from '../../bitrix24/access.ts';
import { tokenChainDead } from '../../bitrix24/error-table.ts';
import type { OAuth } from '../../bitrix24/oauth.ts';
import { parseWebhookUrl } from '../../bitrix24/webhook-url.ts';
import type { Log } from '../../lib/log.ts';
import type { PortalWay } from '../connection/clients.ts';
import type { Connections } from '../connection/connections.ts';
import type { WebhookMove } from '../connection/webhook-move.ts';
import type { Installation, Installations } from './installations.ts';
import type { Tokens } from './tokens.ts';

export interface AccessDeps {
  connections: Pick<Connections, 'find' | 'findStoredWebhook' | 'readWebhook'>;
  installations: Pick<Installations, 'findByTenant' | 'readTokens' | 'storeHost'>;
  tokens: Tokens;
  oauth: OAuth;
  webhookMove: WebhookMove;
  log: Log;
}

/** Makes the way from a tenant to what its portal is reached with: an installation goes before a webhook. */
export function makePortalCredentials({ connections, installations, tokens, oauth, webhookMove, log }: AccessDeps) {
  /** What an installation is reached with; throws `token_chain_dead` when it has no tokens any more. */
  async function ofInstallation(installation: Installation): Promise<InstallationAccess> {
    const pair = await installations.readTokens(installation.id);
    if (!pair) throw tokenChainDead('uninstalled');
    return {
      kind: 'installation',
      host: installation.host,
      memberId: installation.memberId,
      accessToken: pair.accessToken,
      renew: (usedToken) => tokens.renew(installation, usedToken),
      moved: (host) => confirmMove(installation, host),
    };
  }

  /** The new address is believed only when the authorization server names it too. */
  async function confirmMove(installation: Installation, host: string): Promise<boolean> {
    const pair = await installations.readTokens(installation.id);
    if (!pair) return false;
    const info =
      (await oauth.appInfo(pair.accessToken, `${installation.oauthUrl}/`, 'tokens')) ??
      (await oauth.appInfo(await tokens.renew(installation, pair.accessToken), `${installation.oauthUrl}/`, 'tokens'));
    if (info?.memberId !== installation.memberId || info.host !== host) {
      log.warn(
        { tenant_id: installation.tenantId, operation: 'portal_move', to: host },
        'Новый адрес портала не подтверждён',
      );
      return false;
    }
    await installations.storeHost(installation.id, host);
    log.info({ tenant_id: installation.tenantId, operation: 'portal_move', portal: host }, 'Портал переехал');
    return true;
  }

  return {
    ofInstallation,

    /** How the tenant's portal is reached now; null when there is no connection. */
    async find(tenantId: number): Promise<PortalWay | null> {
      const connection = await connections.find(tenantId);
      if (connection?.kind === 'installation') {
        const installation = await installations.findByTenant(tenantId);
        if (!installation) return null;
        // A client holds its token: after a reinstallation the old one may be refused as a dismissed employee's, not as expired.
        const key = `installation:${installation.id}:${installation.host}:${installation.tokenVersion}`;
        return { key, open: () => ofInstallation(installation) };
      }
      const stored = await connections.findStoredWebhook(tenantId);
      if (stored === null) return null;
      return {
        key: stored,
        open: async () => {
          const { url, host } = parseWebhookUrl(connections.readWebhook(tenantId, stored));
          return { kind: 'webhook', url, host, moved: (newHost) => webhookMove(tenantId, { stored, url }, newHost) };
        },
      };
    },
  };
}
