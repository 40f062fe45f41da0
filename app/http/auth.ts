import { koaJwtSecret } from 'jwks-rsa';
import type Koa from 'koa';
import jwt from 'koa-jwt';
import { z } from 'zod';
import { AppError, type Text } from '../lib/errors.ts';
import type { Context } from './errors.ts';
import { type Caller, type Role, roles } from './route.ts';

export interface AuthOptions {
  /** HS256. */
  secret?: string | undefined;
  /** RS256 and ES256, by the key set at this address; goes before `secret`. */
  jwksUrl?: string | undefined;
  /** Whether the company of a token is known here. */
  tenantExists(tenantId: number): Promise<boolean>;
}

const claims = z.object({
  // Kept beside each run that its bearer starts.
  sub: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}+$/u),
  tenant_id: z.number().int().min(1).max(2_147_483_647),
  role: z.enum(roles),
});

/** Makes the check of a request's JWT; returns who calls. Throws AppError 401 or 403. */
export function makeAuthenticate(options: AuthOptions): (ctx: Context) => Promise<Caller> {
  const check = makeCheck(options);
  return async (ctx) => {
    await check(ctx as never, async () => undefined).catch((error: unknown) => {
      throw refuse(ctx, error);
    });
    const parsed = claims.safeParse((ctx.state as { user?: unknown }).user);
    if (!parsed.success) throw new AppError({ ...wrongClaims, status: 401 });
    const { sub, tenant_id: tenantId, role } = parsed.data;
    if (!(await options.tenantExists(tenantId))) throw new AppError({ ...unknownTenant, status: 403 });
    return { tenantId, subject: sub, role };
  };
}

// koa-jwt checks signature, expiry and algorithm; it keeps the payload in ctx.state.user.
function makeCheck({ secret, jwksUrl }: AuthOptions): Koa.Middleware {
  if (jwksUrl) {
    const keys = koaJwtSecret({ jwksUri: jwksUrl, cache: true, rateLimit: true });
    return jwt({ secret: keys as never, algorithms: ['RS256', 'ES256'] }) as Koa.Middleware;
  }
  if (!secret) throw new Error('Neither JWT_SECRET nor JWT_JWKS_URL is set');
  return jwt({ secret, algorithms: ['HS256'] }) as Koa.Middleware;
}

/** Throws 403 when the caller's role is below the one that the route needs. */
export function requireRole(caller: Caller, least: Role): void {
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
  const reason = (error as { originalError?: { name?: string } }).originalError?.name;
  const { code, text } = !ctx.get('authorization') ? missing : reason === 'TokenExpiredError' ? expired : invalid;
  ctx.set('www-authenticate', 'Bearer');
  return new AppError({ code, text, status: 401, cause: error });
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
const wrongClaims: { code: string; text: Text } = {
  code: 'invalid_token',
  text: {
    ru: 'В токене нужны sub (строка), tenant_id (целое число) и role (admin, user или viewer)',
    en: 'The token needs sub (a string), tenant_id (an integer) and role (admin, user or viewer)',
  },
};
const unknownTenant: { code: string; text: Text } = {
  code: 'unknown_tenant',
  text: { ru: 'Компании из токена здесь нет', en: "The token's company is not known here" },
};
