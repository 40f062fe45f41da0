import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { SmtpServer } from '../app/alerts/email.ts';
import type { TrustedProxies } from '../app/http/caller-address.ts';
import { type Role, roles } from '../app/jobs/roles.ts';
import { type HostList, parseHostList } from '../app/lib/host-list.ts';
import type { EncryptionKey } from '../app/lib/secrets.ts';
import { type Variable, type VariableName, variables } from './env.ts';
import { mendingOf, productionProblems } from './production.ts';
import { parseSmtp } from './smtp.ts';

export interface Config {
  port: number;
  host: string;
  /** Proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: TrustedProxies;
  publicUrl: string | undefined;
  databaseUrl: string | undefined;
  dataDir: string;
  role: Role;
  jwtSecret: string | undefined;
  jwksUrl: string | undefined;
  /** What every token must say of itself. */
  jwtRules: { issuer: string | undefined; audience: string | undefined; maxAgeHours: number };
  encryptionKeys: EncryptionKey[];
  /** Hosts that are asked whose a token is, and for tokens. */
  oauthUrls: readonly string[];
  /** The marketplace application of this server. */
  marketplace: { clientId: string; clientSecret: string } | null;
  /** Private networks that portals may live in: all, none, or those listed. */
  allowPrivateHosts: boolean | HostList;
  /** The way to portals and OAuth hosts; null: they are called directly. */
  proxy: { url: URL; bypass: HostList | null } | null;
  /** The mail server of the alerts; null: there is none. */
  smtp: SmtpServer | null;
  /** Where and to whom measures are shown. `isOpen`: on the public port, to everybody. */
  metrics: { port: number | undefined; token: string | undefined; isOpen: boolean };
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  logFormat: 'text' | 'json';
  sweepIntervalSec: number;
  syncConcurrency: number;
}

/** Every problem of the environment at once; each line says what is wrong and how to mend it, in both languages. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Настройки окружения неверны / The environment is not right:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Env = Record<string, string | undefined>;

/** The two OAuth hosts of Bitrix24 (settings/oauth/index.md, 2026-08, English and Russian editions). A host named in a request is never asked. */
const officialOAuthUrls = ['https://oauth.bitrix.info', 'https://oauth.bitrix24.tech'];

const number = (from: number, to: number) => z.coerce.number().int().min(from).max(to);
const address = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/[?#@]/.test(text), { error: 'an address without query and password' });
const claim = z.string().max(255);
/** A token has no more hours than a year. */
const longestAgeHours = 8760;

const readers: { [Name in VariableName]: z.ZodType } = {
  PORT: number(0, 65_535),
  HOST: z.string(),
  TRUST_PROXY: z.string().transform(parseProxies),
  PUBLIC_URL: address.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional(),
  DATA_DIR: z.string(),
  ROLE: z.enum(roles),
  JWT_SECRET: z.string().min(32).optional(),
  JWT_JWKS_URL: address.optional(),
  JWT_ISSUER: claim.optional(),
  JWT_AUDIENCE: claim.optional(),
  JWT_MAX_AGE_HOURS: number(1, longestAgeHours),
  ENCRYPTION_KEYS: z.string().transform(parseKeys).optional(),
  BITRIX24_CLIENT_ID: z.string().optional(),
  BITRIX24_CLIENT_SECRET: z.string().optional(),
  BITRIX24_OAUTH_URL: z.url({ protocol: /^https$/ }).optional(),
  BITRIX24_ALLOW_PRIVATE_HOSTS: z
    .string()
    .transform((text, context) => switches[text] ?? readHosts(text, context, { forProxy: false })),
  HTTPS_PROXY: z
    .url({ protocol: /^https?$/ })
    .transform((text) => new URL(text))
    .optional(),
  NO_PROXY: z
    .string()
    .transform((text, context) => readHosts(text, context, { forProxy: true }))
    .optional(),
  SMTP_URL: z
    .string()
    .transform((text, context) => parseSmtp(text) ?? refuse(text, context))
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  LOG_FORMAT: z.enum(['text', 'json']),
  METRICS_PORT: number(1, 65_535).optional(),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .regex(/^[\w.~+/=-]+$/)
    .optional(),
  SWEEP_INTERVAL_SEC: number(1, 86_400),
  SYNC_CONCURRENCY: number(1, 100),
};

/**
 * Reads and checks the environment. In production missing secrets stop the start; otherwise they are made once and kept in `DATA_DIR`,
 * readable by the owner alone. Throws ConfigError with every problem at once.
 */
export function loadConfig(env: Env = process.env): Readonly<Config> {
  const problems: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const name of Object.keys(variables) as VariableName[]) {
    const { meaning, byDefault, secret, smallLetters }: Variable = variables[name];
    const given = readText(env, name, secret ?? false, problems);
    const text = given ?? (smallLetters && env[name.toLowerCase()]?.trim()) ?? byDefault;
    const parsed = readers[name].safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const shown = secret ? '' : ` «${text}»`;
      const [{ message = '' } = {}] = parsed.error.issues;
      const detail = message.startsWith(unread) ? ` (${message})` : '';
      problems.push(`${name}${shown}: неверное значение / wrong value${detail}. ${meaning}${mendingOf(name)}`);
    }
  }
  problems.push(...halfAnApplication(values), ...samePort(values));
  const isProduction = env.NODE_ENV === 'production';
  if (isProduction) problems.push(...productionProblems(values));
  if (problems.length > 0) throw new ConfigError(problems);
  const dataDir = path.resolve(String(values.DATA_DIR));
  const jwksUrl = values.JWT_JWKS_URL as string | undefined;
  return Object.freeze({
    port: values.PORT as number,
    host: values.HOST as string,
    trustedProxies: values.TRUST_PROXY as TrustedProxies,
    publicUrl: values.PUBLIC_URL as string | undefined,
    databaseUrl: values.DATABASE_URL as string | undefined,
    dataDir,
    role: values.ROLE as Role,
    jwtSecret:
      (values.JWT_SECRET as string | undefined) ?? (jwksUrl ? undefined : readOrCreateSecret(dataDir, 'jwt-secret')),
    jwksUrl,
    jwtRules: {
      issuer: values.JWT_ISSUER as string | undefined,
      audience: values.JWT_AUDIENCE as string | undefined,
      maxAgeHours: values.JWT_MAX_AGE_HOURS as number,
    },
    encryptionKeys: (values.ENCRYPTION_KEYS as EncryptionKey[] | undefined) ?? [
      { id: 'dev', key: Buffer.from(readOrCreateSecret(dataDir, 'encryption-key'), 'base64') },
    ],
    oauthUrls: values.BITRIX24_OAUTH_URL ? [String(values.BITRIX24_OAUTH_URL).replace(/\/+$/, '')] : officialOAuthUrls,
    marketplace: values.BITRIX24_CLIENT_ID
      ? { clientId: String(values.BITRIX24_CLIENT_ID), clientSecret: String(values.BITRIX24_CLIENT_SECRET) }
      : null,
    allowPrivateHosts: values.BITRIX24_ALLOW_PRIVATE_HOSTS as Config['allowPrivateHosts'],
    proxy: values.HTTPS_PROXY
      ? { url: values.HTTPS_PROXY as URL, bypass: (values.NO_PROXY as HostList | undefined) ?? null }
      : null,
    smtp: (values.SMTP_URL as SmtpServer | undefined) ?? null,
    metrics: metricsOf(values, isProduction),
    logLevel: values.LOG_LEVEL as Config['logLevel'],
    logFormat: values.LOG_FORMAT as Config['logFormat'],
    sweepIntervalSec: values.SWEEP_INTERVAL_SEC as number,
    syncConcurrency: values.SYNC_CONCURRENCY as number,
  });
}

function readText(env: Env, name: string, secret: boolean, problems: string[]): string | undefined {
  const given = env[name]?.trim();
  if (given) return given;
  const file = secret ? env[`${name}_FILE`] : undefined;
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(`${name}_FILE: файл ${file} не читается / the file cannot be read`);
    return undefined;
  }
}

function halfAnApplication(values: Partial<Record<VariableName, unknown>>): string[] {
  const given = (['BITRIX24_CLIENT_ID', 'BITRIX24_CLIENT_SECRET'] as const).filter(
    (name) => values[name] !== undefined,
  );
  if (given.length !== 1) return [];
  return ['BITRIX24_CLIENT_ID, BITRIX24_CLIENT_SECRET: нужны оба или ни одного / both or neither are needed'];
}

function samePort({ PORT, METRICS_PORT }: Partial<Record<VariableName, unknown>>): string[] {
  if (METRICS_PORT === undefined || METRICS_PORT !== PORT) return [];
  return ['METRICS_PORT: нужен порт, отличный от PORT / a port other than PORT is needed'];
}

function metricsOf(values: Partial<Record<VariableName, unknown>>, isProduction: boolean): Config['metrics'] {
  const port = values.METRICS_PORT as number | undefined;
  const token = values.METRICS_TOKEN as string | undefined;
  return { port, token, isOpen: !isProduction && port === undefined && token === undefined };
}

function parseProxies(text: string, context: z.core.$RefinementCtx): TrustedProxies {
  if (/^\d$/.test(text)) return Number(text);
  const networks = text.split(',').map((part) => part.trim());
  const isValid = networks.every(
    // A number alone would be read as an address.
    (network) => /[.:]/.test(network) && (ipaddr.isValid(network) || ipaddr.isValidCIDR(network)),
  );
  if (!isValid) {
    context.issues.push({ code: 'custom', input: text, message: 'proxies' });
    return 0;
  }
  return networks.map((network) => {
    if (ipaddr.isValidCIDR(network)) return ipaddr.parseCIDR(network);
    const address = ipaddr.parse(network);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
}

/** A value that cannot be read and is not shown. */
function refuse(text: string, context: z.core.$RefinementCtx): undefined {
  context.issues.push({ code: 'custom', input: text, message: 'unreadable' });
  return undefined;
}

const switches: Readonly<Record<string, boolean>> = { '0': false, false: false, '1': true, true: true };

/** Before the parts of a list that are neither names nor networks. */
const unread = 'не читается / cannot be read: ';

function readHosts(text: string, context: z.core.$RefinementCtx, style: { forProxy: boolean }): HostList | undefined {
  const read = parseHostList(text, style);
  if ('list' in read) return read.list;
  context.issues.push({ code: 'custom', input: text, message: unread + read.wrong.join(', ') });
  return undefined;
}

function parseKeys(text: string, context: z.core.$RefinementCtx): EncryptionKey[] {
  const keys = text.split(',').map((part) => {
    const at = part.indexOf(':');
    return { id: part.slice(0, at).trim(), key: Buffer.from(part.slice(at + 1).trim(), 'base64') };
  });
  const isValid = keys.every(({ id, key }) => /^[\w-]{1,20}$/.test(id) && key.length === 32);
  if (!isValid || new Set(keys.map((key) => key.id)).size < keys.length) {
    context.issues.push({ code: 'custom', input: text, message: 'keys' });
  }
  return keys;
}

/** A secret of a development machine: made once, 32 random bytes in base64. */
function readOrCreateSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, name);
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    try {
      // Of two processes that start together one writes, the other reads.
      writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(file, 'utf8').trim();
}
