import { createHash, randomBytes } from 'node:crypto';

/** Whom a token speaks for: one user of one portal in one application. */
export interface Grant {
  clientId: string;
  memberId: string;
  userId: number;
}

/** An access token with the refresh token that was given with it. */
export interface TokenPair extends Grant {
  access: string;
  refresh: string;
  /** Unix seconds. */
  expires: number;
  refreshExpires: number;
  /** The refresh token has been used: it is good for nothing any more. */
  isSpent: boolean;
  /** Why the access token is refused before its time. */
  dead?: 'refreshed' | 'uninstalled';
}

export interface Lifetimes {
  accessSeconds: number;
  refreshSeconds: number;
}

export type TokenFilter = Partial<Grant>;

interface Code extends Grant {
  /** ms since the epoch. */
  until: number;
}

const codeSeconds = 30;
/** Pairs that can do nothing any more are forgotten when there are more than this. */
const keep = 20_000;

/** All tokens of all portals: every issue begins a chain of its own, a chain never branches. */
export class TokenBook {
  readonly #lifetimes: Lifetimes;
  readonly #now: () => number;
  readonly #byAccess = new Map<string, TokenPair>();
  readonly #byRefresh = new Map<string, TokenPair>();
  readonly #codes = new Map<string, Code>();
  readonly #listeners: (() => void)[] = [];

  constructor(lifetimes: Lifetimes, now: () => number) {
    this.#lifetimes = lifetimes;
    this.#now = now;
  }

  /** Calls the listener after each new pair, before anybody is told of it. */
  onIssue(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** How long an access token works. */
  get accessSeconds(): number {
    return this.#lifetimes.accessSeconds;
  }

  issue({ clientId, memberId, userId }: Grant): TokenPair {
    const now = Math.floor(this.#now() / 1000);
    const expires = now + this.#lifetimes.accessSeconds;
    const refreshExpires = now + this.#lifetimes.refreshSeconds;
    const middle = anatomy(clientId, memberId, userId);
    const pair: TokenPair = {
      ...{ clientId, memberId, userId, expires, refreshExpires },
      access: spell(expires, middle),
      refresh: spell(refreshExpires, middle),
      isSpent: false,
    };
    this.#keep(pair);
    if (this.#byAccess.size > keep) this.#forget(now);
    for (const listener of this.#listeners) listener();
    return pair;
  }

  /** The next pair of a chain; the used refresh token dies, and the access token beside it unless it is let live. */
  renew(pair: TokenPair, options: { killAccess: boolean }): TokenPair {
    pair.isSpent = true;
    if (options.killAccess) pair.dead ??= 'refreshed';
    return this.issue(pair);
  }

  byAccess(token: string): TokenPair | undefined {
    return this.#byAccess.get(token);
  }

  /** The pair of a refresh token that still works. */
  byRefresh(token: string): TokenPair | undefined {
    const pair = this.#byRefresh.get(token);
    const works = pair && !pair.isSpent && pair.dead !== 'uninstalled' && pair.refreshExpires * 1000 > this.#now();
    return works ? pair : undefined;
  }

  /** Whether a refresh token has been used already. */
  isSpent(token: string): boolean {
    return this.#byRefresh.get(token)?.isSpent ?? false;
  }

  isExpired(pair: TokenPair): boolean {
    return pair.expires * 1000 <= this.#now();
  }

  /** What the redirect after `/oauth/authorize/` carries: good once, for half a minute. */
  issueCode(grant: Grant): string {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { ...grant, until: this.#now() + codeSeconds * 1000 });
    return code;
  }

  takeCode(code: string): Grant | undefined {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    return found && found.until > this.#now() ? found : undefined;
  }

  /** Lets access tokens run out, as an hour does. */
  expireAccess(filter: TokenFilter = {}): void {
    for (const pair of this.#matching(filter)) pair.expires = Math.floor(this.#now() / 1000) - 1;
  }

  /** Lets refresh tokens run out, as a month of silence does. */
  expireRefresh(filter: TokenFilter = {}): void {
    for (const pair of this.#matching(filter)) pair.refreshExpires = Math.floor(this.#now() / 1000) - 1;
  }

  /** What happens to tokens when their application is removed. */
  kill(filter: TokenFilter): void {
    for (const pair of this.#matching(filter)) pair.dead = 'uninstalled';
  }

  snapshot(memberId: string): TokenPair[] {
    return this.#matching({ memberId });
  }

  load(pairs: readonly TokenPair[]): void {
    for (const pair of pairs) this.#keep({ ...pair });
  }

  #keep(pair: TokenPair): void {
    this.#byAccess.set(pair.access, pair);
    this.#byRefresh.set(pair.refresh, pair);
  }

  #matching(filter: TokenFilter): TokenPair[] {
    const wanted = Object.entries(filter) as [keyof Grant, unknown][];
    return [...this.#byAccess.values()].filter((pair) => wanted.every(([key, value]) => pair[key] === value));
  }

  #forget(now: number): void {
    for (const pair of this.#byAccess.values()) {
      if (pair.expires > now || !(pair.isSpent || pair.refreshExpires <= now)) continue;
      this.#byAccess.delete(pair.access);
      this.#byRefresh.delete(pair.refresh);
    }
  }
}

/** Whether a text looks like a token: what a portal takes for garbage it answers differently. */
export function isTokenShaped(text: string): boolean {
  return /^[0-9a-f]{70}$/.test(text);
}

// 35 bytes as dumps show them: expiry (little endian), application, portal, user, three bytes that a pair shares, sixteen random ones.
function spell(expires: number, middle: Buffer): string {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(expires);
  return Buffer.concat([head, middle, randomBytes(16)]).toString('hex');
}

function anatomy(clientId: string, memberId: string, userId: number): Buffer {
  const hash = (text: string) => createHash('sha256').update(text).digest().subarray(0, 4);
  const user = Buffer.alloc(4);
  user.writeUInt32BE(userId);
  return Buffer.concat([hash(clientId), hash(memberId), user, randomBytes(3)]);
}
