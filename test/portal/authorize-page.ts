import type { ServerResponse } from 'node:http';
import { sendPage } from './answers.ts';
import { type AppList, userRefusal } from './apps.ts';
import type { OAuthServer } from './oauth-server.ts';

export interface AuthorizeDeps {
  oauth: OAuthServer;
  apps: AppList;
  memberId: string;
  host(): string;
  /** Who is logged in at the portal. */
  userId(): number;
}

/** The portal's `/oauth/authorize/`: back to the application's handler with a code, or a page that says why not (settings/oauth/index.md, 2026-08). */
export function answerAuthorize(deps: AuthorizeDeps, response: ServerResponse, url: URL): void {
  const { oauth, apps, memberId, host } = deps;
  const userId = deps.userId();
  const app = apps.byClient(url.searchParams.get('client_id') ?? '');
  if (!app?.isInstalled) {
    sendPage(response, 400, 'Приложение не установлено');
    return;
  }
  if (userRefusal(app, userId)) {
    sendPage(response, 403, 'Нет доступа к приложению');
    return;
  }
  const target = new URL(app.handlerUrl);
  const state = url.searchParams.get('state');
  target.searchParams.set('code', oauth.tokens.issueCode({ clientId: app.clientId, memberId, userId }));
  if (state !== null) target.searchParams.set('state', state);
  target.searchParams.set('domain', host());
  target.searchParams.set('member_id', memberId);
  target.searchParams.set('scope', app.scopes.join(','));
  target.searchParams.set('server_domain', oauth.host);
  response.writeHead(302, { location: target.href }).end();
}
