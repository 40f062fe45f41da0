import { z } from 'zod';
import type { ApplicationKeys, OAuth } from '../../bitrix24/oauth.ts';
import type { CallbackAnswer } from '../../http/route.ts';
import { AppError, invalidRequest, type Language } from '../../lib/errors.ts';
import type { Applications } from '../connection/app-credentials.ts';
import type { Install } from './install.ts';

export interface CodeGrantDeps {
  applications: Applications;
  oauth: OAuth;
  install: Install;
  /** Signs what has to come back unchanged; read again only while it is fresh. */
  state: { sign(tenantId: number): string; read(text: string): number | null };
}

export type CodeGrant = ReturnType<typeof makeCodeGrant>;

/** What the portal adds to our address (settings/oauth/index.md, 2026-08). */
const returned = z.object({
  code: z.string().min(1).max(200),
  state: z.string().min(1).max(2000),
  server_domain: z.string().max(255).optional(),
});

/**
 * Makes the authorization in a browser, outside the portal's frame: the administrator is sent to the portal and comes back with a code
 * of thirty seconds. Only for a company's own application: its secret proves that the portal is the company's. A marketplace application
 * belongs to everybody, and a link that somebody else made must not connect a stranger's portal.
 */
export function makeCodeGrant({ applications, oauth, install, state }: CodeGrantDeps) {
  async function keysOf(tenantId: number): Promise<ApplicationKeys> {
    const keys = await applications.ofTenant(tenantId);
    if (!keys) throw noApplication();
    return keys;
  }

  return {
    /** Where to send the administrator's browser. Throws `application_not_set`. */
    async start(tenantId: number, portal: string): Promise<string> {
      const { clientId } = await keysOf(tenantId);
      const query = new URLSearchParams({ client_id: clientId, state: state.sign(tenantId) });
      return `https://${portal}/oauth/authorize/?${query}`;
    },

    /** The browser is back. A plain visit, without a code, is told where the app lives. */
    async finish(query: Record<string, unknown>, language: Language): Promise<CallbackAnswer> {
      if (query.code === undefined) return { problem: openFromPortal(), ancestors: [] };
      const parsed = returned.safeParse(query);
      if (!parsed.success) throw invalidRequest({ ru: 'Нет code или state', en: 'There is no code or state' });
      const tenantId = state.read(parsed.data.state);
      if (tenantId === null) throw staleState();
      const keys = await keysOf(tenantId);
      const oauthUrl = oauth.urls.find((url) => url === `https://${parsed.data.server_domain}`) ?? oauth.urls[0];
      if (!oauthUrl) throw new Error('No OAuth host');
      const tokens = await oauth.exchange(oauthUrl, keys, parsed.data.code);
      await install.install({
        memberId: tokens.memberId,
        host: tokens.host,
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken,
        server: `${tokens.oauthUrl}/`,
        clientId: keys.clientId,
        applicationToken: null,
      });
      return { status: 200, text: connected[language] };
    },
  };
}

const connected = {
  ru: 'Портал Битрикс24 подключён. Эту вкладку можно закрыть',
  en: 'The Bitrix24 portal is connected. You can close this tab',
};

function openFromPortal(): AppError {
  return new AppError({
    code: 'open_from_portal',
    status: 400,
    text: {
      ru: 'Эта страница открывается из меню Битрикс24',
      en: "This page is opened from Bitrix24's menu",
    },
  });
}

function noApplication(): AppError {
  return new AppError({
    code: 'application_not_set',
    status: 400,
    text: {
      ru: 'Сначала сохраните client_id и client_secret приложения через настройку интеграции',
      en: "Store the application's client_id and client_secret in the integration settings first",
    },
  });
}

function staleState(): AppError {
  return new AppError({
    code: 'oauth_state_stale',
    status: 400,
    text: {
      ru: 'Ссылка авторизации устарела или чужая. Начните подключение заново',
      en: "The authorization link has expired or is somebody else's. Start the connection anew",
    },
  });
}
