import type { FaultAction } from './faults.ts';

/**
 * What the authorization server may answer instead of tokens, by its word (settings/oauth/error-codes.md, _includes/system-errors.md,
 * 2026-08, and the errors that the Python SDK knows). Where no source tells the status it is 401, as for the portal's own refusals.
 */
const oauthErrors = {
  invalid_request: { status: 400, description: 'No "refresh_token" parameter found' },
  invalid_grant: { status: 400, description: 'Invalid grant' },
  invalid_client: { status: 400, description: 'Invalid client' },
  /** An error on status 200. */
  wrong_client: { status: 200, description: 'Client authentication failed' },
  NOT_INSTALLED: { status: 401, description: 'Application not installed' },
  ERROR_OAUTH: { status: 401, description: 'Application not installed' },
  APPLICATION_NOT_FOUND: { status: 401, description: 'Application not found' },
  NO_AUTH_FOUND: { status: 401, description: 'Wrong authorization data' },
  authorization_error: { status: 401, description: 'Unable to authorize user' },
  PAYMENT_REQUIRED: { status: 401, description: 'Payment required' },
  insufficient_scope: {
    status: 403,
    description: 'The request requires higher privileges than provided by the access token',
  },
  invalid_scope: { status: 403, description: 'Given scope exceeds permissions associated with given grant' },
  INVALID_SCOPE: { status: 403, description: 'Given scope exceeds permissions associated with given grant' },
  user_access_error: { status: 403, description: 'The user does not have access to the application.' },
  ACCESS_DENIED: { status: 403, description: 'REST API is available only on commercial plans' },
  PORTAL_DELETED: { status: 404, description: 'Portal was deleted' },
} as const;

export type OAuthErrorWord = keyof typeof oauthErrors;

export const oauthErrorWords = Object.keys(oauthErrors) as OAuthErrorWord[];

/** The fault that refuses with one of the words. */
export function oauthError(word: OAuthErrorWord): FaultAction {
  const { status, description } = oauthErrors[word];
  return { kind: 'refuse', status, error: word, description };
}
