import type { Lifetimes } from './tokens.ts';

/** Where sources contradict each other about the authorization server. Defaults are choices of this project, no truth of Bitrix24. */
export interface OAuthSwitches extends Lifetimes {
  /** `scope` of a token answer: the literal `app` (live answers), or the list of the application's scopes (docs since 2026-08-20). */
  tokenScope: 'app' | 'list';
  /** Whether the answer to a code carries `expires` and `user_id`: live answers do, the documentation's example does not. */
  fullCodeAnswer: boolean;
  /** HTTP status of `invalid_client`: 400 (Python SDK), 401 (PHP SDK). */
  invalidClientStatus: 400 | 401;
  /** HTTP status of `wrong_client`: 200 with an error in the body (Python SDK). */
  wrongClientStatus: 200 | 400;
  /** Whether using a refresh token kills the access token beside it: old course texts say yes, the documentation is silent. */
  refreshKillsAccess: boolean;
  /** How long the answer to a refresh is held back; the tokens are changed before. */
  refreshDelayMs: number;
  /** What a dismissed user's refresh token does: nobody says. */
  dismissedUserRefresh: 'works' | 'invalid_grant';
}

export const defaultOAuthSwitches: OAuthSwitches = {
  accessSeconds: 3600,
  // 180 days in the documentation, 28 in old course texts; every real pair seen encodes 30.
  refreshSeconds: 30 * 86_400,
  tokenScope: 'app',
  fullCodeAnswer: true,
  invalidClientStatus: 400,
  wrongClientStatus: 200,
  refreshKillsAccess: true,
  refreshDelayMs: 0,
  dismissedUserRefresh: 'works',
};
