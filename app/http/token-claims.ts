import { z } from 'zod';
import type { Text } from '../lib/errors.ts';
import { roles } from './route.ts';

/** What a token must say of itself besides who calls; what is undefined is not looked at. */
export interface TokenRules {
  issuer?: string | undefined;
  audience?: string | undefined;
  /** The longest life that is accepted. */
  maxAgeHours: number;
}

/** A stolen token is of use for a day at most. */
export const defaultRules: TokenRules = { maxAgeHours: 24 };

/** Clocks of two servers differ by no more than this, in s. */
const skewSec = 60;

const claims = z.object({
  // Kept beside each run that its bearer starts.
  sub: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}+$/u),
  tenant_id: z.number().int().min(1).max(2_147_483_647),
  role: z.enum(roles),
  installation: z.number().int().positive().optional(),
  exp: z.number().optional(),
  administrator: z.boolean().optional(),
  iat: z.number().optional(),
});

/** What is read of a token; `exp` in s since 1970. */
export type Claims = z.output<typeof claims> & { exp: number };

export interface ClaimsRefusal {
  code: string;
  text: Text;
}

/** Checks what a token says whose signature has been checked. `now` in ms. Returns its claims, or what is wrong with them, with a stable code. */
export function checkClaims(payload: unknown, rules: TokenRules, now: number): Claims | ClaimsRefusal {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return wrongClaims;
  const { exp } = parsed.data;
  if (exp === undefined) return withoutExpiry;
  const checked = { ...parsed.data, exp };
  return wrongLife(checked, rules, now) ?? wrongParty(payload, rules) ?? checked;
}

function wrongLife({ exp, iat }: Claims, { maxAgeHours }: TokenRules, now: number): ClaimsRefusal | null {
  // Counted from now too: a token may say anything of its beginning.
  const life = Math.max(exp - now / 1000, iat === undefined ? 0 : exp - iat);
  return life > maxAgeHours * 3600 + skewSec ? livesTooLong(maxAgeHours) : null;
}

function wrongParty(payload: unknown, { issuer, audience }: TokenRules): ClaimsRefusal | null {
  const { iss, aud } = payload as { iss?: unknown; aud?: unknown };
  if (issuer !== undefined && iss !== issuer) return notAsSet('iss', 'JWT_ISSUER', 'wrong_issuer');
  if (audience === undefined || [aud].flat().includes(audience)) return null;
  return notAsSet('aud', 'JWT_AUDIENCE', 'wrong_audience');
}

/** The token lacks a claim that says who calls, or has one that means nothing. */
export const wrongClaims: ClaimsRefusal = {
  code: 'invalid_token',
  text: {
    ru: 'В токене нужны sub (строка), tenant_id (целое число) и role (admin, user или viewer)',
    en: 'The token needs sub (a string), tenant_id (an integer) and role (admin, user or viewer)',
  },
};

const withoutExpiry: ClaimsRefusal = {
  code: 'token_without_expiry',
  text: {
    ru: 'В токене нет срока действия: добавьте exp (секунды с 1970 года)',
    en: 'The token never expires: add exp (seconds since 1970)',
  },
};

function livesTooLong(maxAgeHours: number): ClaimsRefusal {
  return {
    code: 'token_lives_too_long',
    text: {
      ru: `Токен действует дольше ${maxAgeHours} ч: выдайте его с более близким exp или увеличьте JWT_MAX_AGE_HOURS`,
      en: `The token lives longer than ${maxAgeHours} hours: mint it with a nearer exp or raise JWT_MAX_AGE_HOURS`,
    },
  };
}

function notAsSet(claim: string, variable: string, code: string): ClaimsRefusal {
  return {
    code,
    text: {
      ru: `Токен выдан для другого: его ${claim} не такой, как в настройке ${variable} сервера`,
      en: `The token was made for something else: its ${claim} is not what ${variable} of the server says`,
    },
  };
}
