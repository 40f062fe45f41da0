import { type OAuthServer, type OAuthServerOptions, startOAuthServer } from '../portal/oauth-server.ts';
import { type PortalOptions, type SimulatedPortal, startPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { callHttps, type HttpsAnswer } from './https-caller.ts';

export interface PortalPair {
  oauth: OAuthServer;
  portal: SimulatedPortal;
  /** Calls a method with the tokens of a user, in an application or by a token of one's own. */
  rest(
    app: SimulatedApp | string,
    method: string,
    params?: Record<string, unknown>,
    userId?: number,
  ): Promise<HttpsAnswer>;
  /** Asks `/oauth/token/` for tokens. */
  token(form: Record<string, string>): Promise<HttpsAnswer>;
  stop(): Promise<void>;
}

/** An authorization server and a portal that uses it: what every contract test about applications begins with. */
export async function startPortalPair(
  options: { oauth?: OAuthServerOptions; portal?: PortalOptions } = {},
): Promise<PortalPair> {
  const oauth = await startOAuthServer(options.oauth);
  const portal = await startPortal({ ...options.portal, oauth });
  return {
    oauth,
    portal,
    rest(app, method, params = {}, userId = 1) {
      const auth = typeof app === 'string' ? app : app.issue(userId).access;
      return callHttps(`${portal.origin}/rest/${method}`, portal.caPem, { json: { ...params, auth } });
    },
    token: (form) => callHttps(`${oauth.origin}/oauth/token/`, oauth.caPem, { form }),
    async stop() {
      await portal.stop();
      await oauth.stop();
    },
  };
}
