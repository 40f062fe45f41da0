/** What the app reads from its environment. Nothing else in `app/` looks at `process.env`. */
export interface Variable {
  meaning: string;
  /** Shown to people; absent: none, or generated. */
  byDefault?: string;
  /** May also be given as a file, by `<NAME>_FILE`, and is never shown. */
  secret?: true;
  /** Programs read it in small letters too. */
  smallLetters?: true;
}

export const variables = {
  PORT: { meaning: 'HTTP port', byDefault: '8080' },
  HOST: { meaning: 'address to listen on', byDefault: '0.0.0.0' },
  TRUST_PROXY: {
    meaning: 'whose X-Forwarded-For is believed: number of proxies in a row, or their networks, comma between',
    byDefault: '0',
  },
  PUBLIC_URL: { meaning: 'https address under which Bitrix24 reaches this server' },
  DATABASE_URL: { meaning: 'PostgreSQL 14 or newer; unset: the embedded one in DATA_DIR', secret: true },
  DATA_DIR: { meaning: 'where the embedded database and generated secrets are kept', byDefault: '.data' },
  ROLE: {
    meaning:
      'all; web (HTTP only); worker (synchronisation only); urgent and bulk: a worker for what people wait for, and one for the rest',
    byDefault: 'all',
  },
  JWT_SECRET: { meaning: 'HS256 secret of the callers’ tokens, 32 random bytes or more', secret: true },
  JWT_JWKS_URL: { meaning: 'key set for RS256 and ES256 tokens; goes before JWT_SECRET' },
  JWT_ISSUER: { meaning: 'set: the iss that every token must have' },
  JWT_AUDIENCE: { meaning: 'set: the aud that every token must have' },
  JWT_MAX_AGE_HOURS: { meaning: 'the longest life of a token that is accepted', byDefault: '24' },
  ENCRYPTION_KEYS: { meaning: 'id:base64 of 32 bytes, comma between; the first encrypts', secret: true },
  BITRIX24_CLIENT_ID: { meaning: 'application id of the marketplace application' },
  BITRIX24_CLIENT_SECRET: { meaning: 'its secret', secret: true },
  BITRIX24_OAUTH_URL: { meaning: 'replaces the pinned OAuth hosts' },
  BITRIX24_ALLOW_PRIVATE_HOSTS: {
    meaning:
      'which portals may live in private networks: names (`b24.company.local`, `*.local`) and networks (`10.1.0.0/16`), comma between; 1: all of them, for development; 0: none',
    byDefault: '0',
  },
  HTTPS_PROXY: {
    meaning: 'proxy for calls to portals and OAuth hosts, `http://name:password@host:port`; also as https_proxy',
    secret: true,
    smallLetters: true,
  },
  NO_PROXY: {
    meaning:
      'hosts that are called without the proxy: names with all below them, addresses, networks, `*`, comma between; also as no_proxy',
    smallLetters: true,
  },
  SMTP_URL: {
    meaning:
      'mail server of the alerts, `smtp://name:password@host:587?from=axenta@company.ru`, or `smtps://…`; unset: no letters',
    secret: true,
  },
  LOG_LEVEL: { meaning: 'trace, debug, info, warn, error or fatal', byDefault: 'info' },
  LOG_FORMAT: { meaning: 'text or json', byDefault: 'text' },
  METRICS_PORT: {
    meaning: 'port of its own for /metrics, /healthz and /readyz, for workers too; keep it off the internet',
  },
  METRICS_TOKEN: {
    meaning:
      'bearer token of /metrics, 16 characters or more, no blanks; with neither port nor token production serves none',
    secret: true,
  },
  SWEEP_INTERVAL_SEC: { meaning: 'seconds between two sweeps of a portal, 1 or more', byDefault: '600' },
  SYNC_CONCURRENCY: {
    meaning:
      'tenants whose changes are synchronised at the same time in one process; runs and sweeps have slots of their own',
    byDefault: '12',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;
