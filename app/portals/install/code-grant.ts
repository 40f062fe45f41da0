import { z } from 'zod';
import type { ApplicationKeys, OAuth } from '../../bitrix24/oauth.ts';
import type { CallbackAnswer } from '../../http/route.ts';
import { AppError, invalidRequest, type Language } from '../../lib/errors.ts';
import type { Applications } from '../connection/app-credentials.ts';
import type { Authorizations } from './authorizations.ts';
import type { Install } from './install.ts';

export interface CodeGrantDeps {
  applications: Applications;
  oauth: OAuth;
  install: Install;
  authorizations: Authorizations;
  /** Of our page that the browser leaves from. Throws `public_url_missing`. */
  authorizeUrl(): string;
}

/** A browser that the portal sends back. */
interface ReturningBrowser {
  query: Record<string, unknown>;
  cookie(name: string): string | undefined;
  language: Language;
}

const keptCookie = 'axenta_oauth';

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
export function makeCodeGrant({ applications, oauth, install, authorizations, authorizeUrl }: CodeGrantDeps) {
  async function keysOf(tenantId: number): Promise<ApplicationKeys> {
    const keys = await applications.ofTenant(tenantId);
    if (!keys) throw noApplication();
    return keys;
  }

  return {
    /** Where to send the administrator's browser: a page of ours, so that it is known again. Throws `application_not_set`. */
    async start(tenantId: number, portal: string): Promise<string> {
      await keysOf(tenantId);
      return `${authorizeUrl()}?${new URLSearchParams({ start: authorizations.signStart({ tenantId, portal }) })}`;
    },

    /** The browser leaves for the portal, and keeps what it is known by. The page is never framed, so a cookie reaches it again. */
    async leave(query: Record<string, unknown>): Promise<CallbackAnswer> {
      const start = authorizations.readStart(String(query.start ?? ''));
      if (start === null) throw staleState();
      const { clientId } = await keysOf(start.tenantId);
      const { state, kept } = authorizations.leave(start.tenantId);
      const redirect = `https://${start.portal}/oauth/authorize/?${new URLSearchParams({ client_id: clientId, state })}`;
      const secure = authorizeUrl().startsWith('https:');
      return { redirect, cookie: { name: keptCookie, value: kept, path: '/bitrix24', maxAgeSec: 600, secure } };
    },

    /** The browser is back. A plain visit, without a code, is told where the app lives. */
    async finish({ query, cookie, language }: ReturningBrowser): Promise<CallbackAnswer> {
      if (query.code === undefined) return { problem: openFromPortal(), ancestors: [] };
      const parsed = returned.safeParse(query);
      if (!parsed.success) throw invalidRequest({ ru: 'Нет code или state', en: 'There is no code or state' });
      const tenantId = await authorizations.comeBack(parsed.data.state, cookie(keptCookie));
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
      ru: 'Ссылка авторизации устарела, уже использована или открыта в другом браузере. Начните подключение заново',
      en: 'The authorization link has expired, was used already or belongs to another browser. Start the connection anew',
    },
  });
}
