import type https from 'node:https';
import { fromNetworkFailure, oauthRefused } from './error-table.ts';
import { rawPost } from './raw-post.ts';

/** Answers of an OAuth server are short; longer ones are rejected. */
const longestAnswer = 100_000;

/** A question that is not answered can be asked again. */
const questionTimes = { waitMs: 10_000, timeoutMs: 15_000 };

/**
 * A refresh token is used up by the request that shows it, whether its answer is read or not: the answer is waited for as long as any
 * server may take. Together they are shorter than the time for which one process keeps the others from refreshing.
 */
export const grantTimes = { waitMs: 10_000, timeoutMs: 30_000 };

/** Connections to the authorization server. Questions of callers that anybody may be never stand before what a known portal needs. */
export interface OAuthAgents {
  /** For proofs of callers that are not known yet. */
  proofs: https.Agent;
  /** For tokens of portals that are known. */
  tokens: https.Agent;
}

export interface ApplicationKeys {
  clientId: string;
  clientSecret: string;
}

/** What the OAuth server says of an access token: the one source of truth about who is calling. */
export interface TokenInfo {
  /** The OAuth host that knew the token. */
  oauthUrl: string;
  clientId: string;
  memberId: string;
  /** `host[:port]` of the portal. */
  host: string;
  userId: number | null;
  scope: string[];
  /** L, F, D, T, P or S. */
  status: string;
}

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
}

export interface GrantedTokens extends TokenPair {
  oauthUrl: string;
  memberId: string;
  host: string;
  userId: number | null;
}

export type OAuth = ReturnType<typeof makeOAuth>;

/** Makes the way to the pinned OAuth hosts `urls`; no other host is ever asked about a token. */
export function makeOAuth({ urls, agents }: { urls: readonly string[]; agents: OAuthAgents }) {
  async function post(url: string, fields: Record<string, string>, by: keyof OAuthAgents) {
    const times = by === 'tokens' ? grantTimes : questionTimes;
    try {
      return await rawPost(url, new URLSearchParams(fields), { agent: agents[by], longestAnswer, ...times });
    } catch (error) {
      throw fromNetworkFailure(error);
    }
  }

  async function grant(oauthUrl: string, fields: Record<string, string>): Promise<GrantedTokens> {
    const answer = await post(`${oauthUrl}/oauth/token/`, fields, 'tokens');
    const data = (answer.data ?? {}) as Record<string, unknown>;
    // The server refuses an unknown application with the status 200.
    if (typeof data.access_token !== 'string' || typeof data.refresh_token !== 'string')
      throw oauthRefused(answer.status, answer.data);
    return {
      oauthUrl,
      accessToken: data.access_token,
      refreshToken: data.refresh_token,
      memberId: String(data.member_id ?? ''),
      host: hostOf(String(data.client_endpoint ?? '')),
      userId: numberOrNull(data.user_id),
    };
  }

  return {
    /** Whether this host may be asked. */
    urls,

    /**
     * Asks the pinned hosts whose token this is (`app.info` at the authorization server, settings/oauth/index.md, 2026-08); the one that
     * the caller claims is asked first. Null when none knows the token. Throws `Bitrix24Error` when none answers. `by`: whose connections
     * are used; those of proofs when absent.
     */
    async appInfo(
      accessToken: string,
      claimedServer?: string,
      by: keyof OAuthAgents = 'proofs',
    ): Promise<TokenInfo | null> {
      const claimed = urls.find((url) => claimedServer?.startsWith(`${url}/`));
      const ordered = [...(claimed ? [claimed] : []), ...urls.filter((url) => url !== claimed)];
      let failure: unknown = null;
      for (const oauthUrl of ordered) {
        try {
          const { status, data } = await post(`${oauthUrl}/rest/app.info`, { auth: accessToken }, by);
          const info = toTokenInfo(oauthUrl, data);
          if (info) return info;
          if (status >= 500) failure = oauthRefused(status, data);
        } catch (error) {
          failure = error;
        }
      }
      if (failure) throw failure;
      return null;
    },

    /** Trades a refresh token for a new pair; the old pair dies. Throws `Bitrix24Error`: `token_chain_dead`, `client_refused`, network. */
    refresh(oauthUrl: string, keys: ApplicationKeys, refreshToken: string): Promise<GrantedTokens> {
      return grant(oauthUrl, { ...fieldsOf(keys), grant_type: 'refresh_token', refresh_token: refreshToken });
    },

    /** Trades the code of the browser's authorization (30 s, one use) for a pair. Throws `Bitrix24Error`. */
    exchange(oauthUrl: string, keys: ApplicationKeys, code: string): Promise<GrantedTokens> {
      return grant(oauthUrl, { ...fieldsOf(keys), grant_type: 'authorization_code', code });
    },
  };
}

function fieldsOf({ clientId, clientSecret }: ApplicationKeys): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret };
}

// Ids and versions come as numbers or as strings of digits.
function toTokenInfo(oauthUrl: string, data: unknown): TokenInfo | null {
  const result = (data as { result?: Record<string, unknown> } | null)?.result;
  const install = result?.install as Record<string, unknown> | undefined;
  if (!result || !install || typeof result.client_id !== 'string' || !install.member_id) return null;
  return {
    oauthUrl,
    clientId: result.client_id,
    memberId: String(install.member_id),
    host: hostOf(String(install.client_endpoint ?? '')) || String(install.domain ?? ''),
    userId: numberOrNull(result.user_id),
    scope: String(install.scope ?? result.scope ?? '')
      .split(/[\s,]+/)
      .filter(Boolean),
    status: String(install.status ?? ''),
  };
}

function hostOf(endpoint: string): string {
  try {
    return new URL(endpoint).host;
  } catch {
    return '';
  }
}

function numberOrNull(value: unknown): number | null {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
