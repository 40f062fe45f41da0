import { createSecretKey } from 'node:crypto';
import type Koa from 'koa';
import jwt from 'koa-jwt';
import { AppError, type Text } from '../lib/errors.ts';
import type { Context } from './errors.ts';
import type { KeySet } from './key-set.ts';
import { type Caller, type Identity, type Role, roles, type Visitor } from './route.ts';
import { type Claims, checkClaims, defaultRules, type TokenRules, wrongClaims } from './token-claims.ts';

export interface AuthOptions {
  /** HS256: the callers' own tokens, unless there is a key set, and the sessions of the embedded pages. */
  secret: string;
  /** RS256 and ES256, by this key set. HS256 is then left to the pages' sessions. */
  keySet?: KeySet | undefined;
  /** What every token must say of itself; a life of at most a day when absent. */
  rules?: TokenRules;
  /** Whether the company of a token is known here, and its installation, if it names one, is not uninstalled. */
  isKnown(tenantId: number, installation: number | null): Promise<boolean>;
}

/** Makes the check of a request's JWT; returns who calls. Throws AppError 401 or 403, or 503 when the key set cannot be read. */
export function makeAuthenticate(options: AuthOptions): (ctx: Context) => Promise<Identity> {
  const check = makeCheck(options);
  return async (ctx) => {
    await check(ctx as never, async () => undefined).catch((error: unknown) => {
      throw refuse(ctx, error);
    });
    const claims = checkClaims((ctx.state as { user?: unknown }).user, options.rules ?? defaultRules, Date.now());
    if ('code' in claims) throw unauthorized(ctx, claims);
    const { sub, tenant_id: tenantId, role, installation, exp } = claims;
    const visitor = visitorOf(claims);
    if (installation !== undefined && visitor === null) throw unauthorized(ctx, wrongClaims);
    // Only this server holds the secret of the sessions.
    if (options.keySet && isSymmetric(ctx) && installation === undefined) throw refuse(ctx, null);
    if (!(await options.isKnown(tenantId, installation ?? null))) throw new AppError({ ...unknownTenant, status: 403 });
    return { tenantId, subject: sub, role, visitor, expiresAt: new Date(exp * 1000) };
  };
}

/** Only sessions of the pages name an installation, and their `sub` ends with the portal's user. */
function visitorOf({ sub, installation, role, administrator = role === 'admin' }: Claims): Visitor | null {
  const [, memberId, id] = /^bitrix24:([\w-]+):(\d{1,9})$/.exec(sub) ?? [];
  if (installation === undefined || memberId === undefined) return null;
  return { installation, memberId, userId: Number(id), isAdministrator: administrator };
}

// koa-jwt checks signature, expiry and algorithm; it keeps the payload in ctx.state.user.
function makeCheck({ secret, keySet }: AuthOptions): Koa.Middleware {
  // A text would be tried as a public key first, with each request.
  const key = createSecretKey(Buffer.from(secret));
  if (!keySet) return jwt({ secret: key as never, algorithms: ['HS256'] }) as Koa.Middleware;
  // By algorithm: a public key must never be taken for an HS256 secret.
  const choose = (header: { alg?: string; kid?: string }) =>
    header.alg === 'HS256' ? Promise.resolve(key) : keySet.find(header.kid);
  return jwt({ secret: choose as never, algorithms: ['HS256', 'RS256', 'ES256'] }) as Koa.Middleware;
}

function isSymmetric(ctx: Context): boolean {
  const [, head = ''] = /^Bearer\s+([\w-]+)\./i.exec(ctx.get('authorization')) ?? [];
  try {
    return (JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown }).alg === 'HS256';
  } catch {
    return false;
  }
}

/** Throws 403 when the caller's role is below the one that the route needs. */
export function requireRole(caller: Pick<Caller, 'role'>, least: Role): void {
  if (roles.indexOf(caller.role) >= roles.indexOf(least)) return;
  throw new AppError({
    code: 'role_required',
    status: 403,
    text: {
      ru: `Нужна роль ${least}, в токене ${caller.role}`,
      en: `The role ${least} is needed, the token has ${caller.role}`,
    },
  });
}

function refuse(ctx: Context, error: unknown): AppError {
  const reason = (error as { originalError?: Error } | null)?.originalError;
  if (reason instanceof AppError) {
    if (reason.status === 401) return unauthorized(ctx, reason);
    ctx.state.log.error({ err: reason.cause, operation: 'auth' }, 'Набор ключей для проверки токенов не читается');
    return reason;
  }
  const { code, text } = !ctx.get('authorization') ? missing : reason?.name === 'TokenExpiredError' ? expired : invalid;
  return unauthorized(ctx, { code, text, cause: error });
}

function unauthorized(ctx: Context, refusal: { code: string; text: Text; cause?: unknown }): AppError {
  ctx.set('www-authenticate', 'Bearer');
  return new AppError({ ...refusal, status: 401 });
}

const missing: { code: string; text: Text } = {
  code: 'token_missing',
  text: {
    ru: 'Нет токена. Передайте заголовок Authorization: Bearer <JWT>',
    en: 'No token. Send the header Authorization: Bearer <JWT>',
  },
};
const expired: { code: string; text: Text } = {
  code: 'token_expired',
  text: { ru: 'Срок действия токена истёк, получите новый', en: 'The token has expired, get a new one' },
};
const invalid: { code: string; text: Text } = {
  code: 'invalid_token',
  text: {
    ru: 'Токен не принят: подпись или формат неверны. Нужен заголовок Authorization: Bearer <JWT>',
    en: 'The token is refused: its signature or form is wrong. Send the header Authorization: Bearer <JWT>',
  },
};
const unknownTenant: { code: string; text: Text } = {
  code: 'unknown_tenant',
  text: { ru: 'Компании из токена здесь нет', en: "The token's company is not known here" },
};
