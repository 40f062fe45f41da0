import { mkdtempSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendFailure, sendJson } from './answers.ts';
import { makeCertificates } from './certificates.ts';
import { Faults, throwEarly, throwLate } from './faults.ts';
import { listen } from './listener.ts';
import { OAuthDirectory } from './oauth-directory.ts';
import { appInfo, type GrantAnswer, grantTokens } from './oauth-grants.ts';
import { defaultOAuthSwitches, type OAuthSwitches } from './oauth-switches.ts';
import { parseQuery, readParams } from './params.ts';
import { TokenBook } from './tokens.ts';
import { RestError } from './types.ts';

export interface OAuthServerOptions {
  /** Where the certificate authority is kept, the portals' own folder as a rule; a temporary folder when absent. */
  certificateFolder?: string;
  /** 0 or absent: any free port. */
  port?: number;
  switches?: Partial<OAuthSwitches>;
}

/** One request at the authorization server, without secrets. */
export interface OAuthRequest {
  at: string;
  kind: 'authorization_code' | 'refresh_token' | 'app.info' | 'other';
  clientId: string;
  status: number;
  error?: string;
  /** A refresh with a token that had been used before. */
  isReuse?: true;
}

export type OAuthServer = Awaited<ReturnType<typeof startOAuthServer>>;

/** Starts the authorization server that portals and applications share (`oauth.bitrix.info`), on 127.0.0.1 over HTTPS. */
export async function startOAuthServer(options: OAuthServerOptions = {}) {
  const switches: OAuthSwitches = { ...defaultOAuthSwitches, ...options.switches };
  const folder = options.certificateFolder ?? mkdtempSync(path.join(os.tmpdir(), 'oauth-'));
  const certificates = await makeCertificates(folder);
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const tokens = new TokenBook(switches, now);
  const directory = new OAuthDirectory();
  const faults = new Faults();
  const requests: OAuthRequest[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://oauth');
    const query = url.search.slice(1);
    // Forms and queries are known to work; whether JSON does nobody says, so it does not.
    const isJson = request.headers['content-type']?.includes('json');
    const params = isJson ? parseQuery(query) : await readParams(request, query);
    const kind = kindOf(url.pathname, params.grant_type);
    // As it is when the request comes: a refresh spends the token.
    const isReuse = kind === 'refresh_token' && tokens.isSpent(String(params.refresh_token ?? ''));
    const note = (status: number, error?: unknown) =>
      requests.push({
        at: new Date(now()).toISOString(),
        kind,
        clientId: String(params.client_id ?? ''),
        status,
        ...(error !== undefined && { error: String(error) }),
        ...(isReuse && { isReuse }),
      });
    const deps = { switches, tokens, directory, host: () => host, now };
    try {
      const fault = faults.strikeRequest(kind, params);
      if (fault?.kind === 'delay') await sleep(fault.ms);
      throwEarly(fault);
      const answer = answerTo(kind, url.pathname, () =>
        kind === 'app.info' ? appInfo(deps, params) : grantTokens(deps, params),
      );
      note(answer.status, answer.body.error);
      if (kind === 'refresh_token') await sleep(switches.refreshDelayMs);
      throwLate(fault);
      sendJson(response, answer.status, answer.body);
    } catch (error) {
      if (error instanceof RestError) {
        note(error.status, error.code);
        if (kind === 'refresh_token') await sleep(switches.refreshDelayMs);
      }
      await sendFailure(request, response, error);
    }
  }

  const listener = await listen({ certificates, port: options.port ?? 0, isDown: () => faults.isDown, handle });
  const host = `127.0.0.1:${listener.port}`;

  return {
    origin: `https://${host}`,
    host,
    certificateFolder: folder,
    caPem: certificates.caPem,
    caFile: certificates.caFile,
    switches,
    tokens,
    /** Rules as the portal's: a rule's method is `refresh_token`, `authorization_code` or `app.info`. */
    faults,
    /** Which portals and which applications there are; portals register themselves. */
    directory,
    /** Every request, the oldest first. */
    requests,
    clock,
    /** How many refreshes were answered with new tokens. */
    get refreshes(): number {
      return requests.filter((request) => request.kind === 'refresh_token' && request.error === undefined).length;
    },
    /** How many refreshes were refused, for whatever reason. */
    get refusedRefreshes(): number {
      return requests.filter((request) => request.kind === 'refresh_token' && request.error !== undefined).length;
    },
    /** How many refreshes came with a refresh token that had been used before: two sessions in a race, or one with an old token. */
    get reusedRefreshes(): number {
      return requests.filter((request) => request.isReuse).length;
    },
    stop: () => listener.stop(),
  };
}

function kindOf(pathname: string, grantType: unknown): OAuthRequest['kind'] {
  if (/^\/rest\/app\.info(\.json)?\/?$/.test(pathname)) return 'app.info';
  return grantType === 'authorization_code' || grantType === 'refresh_token' ? grantType : 'other';
}

function answerTo(kind: OAuthRequest['kind'], pathname: string, run: () => GrantAnswer): GrantAnswer {
  if (kind === 'app.info' || pathname === '/oauth/token/') return run();
  throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
}
