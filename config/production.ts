import type { EncryptionKey } from '../app/lib/secrets.ts';
import { type VariableName, variables } from './env.ts';

type Values = Partial<Record<VariableName, unknown>>;

/** Random text of 32 bytes has twice as many different characters, random bytes three times as many different ones. */
const fewestCharacters = 8;
const fewestBytes = 10;
const shortestSecret = 32;

const mendings: Partial<Record<VariableName, string>> = {
  JWT_SECRET: 'openssl rand -base64 32',
  ENCRYPTION_KEYS: 'echo "one:$(openssl rand -base64 32)"',
  METRICS_TOKEN: 'openssl rand -hex 32',
};

/** How a right value is made, for the end of a sentence; empty where the meaning of the variable says it. */
export function mendingOf(name: VariableName): string {
  const command = mendings[name];
  return command === undefined ? '' : `. Создайте / make one: ${command}`;
}

/** What is good enough on a development machine and not on a server, each with how to mend it, in both languages. Reads parsed values. */
export function productionProblems(values: Values): string[] {
  return [...missing(values), ...plainAddresses(values), ...weakSecrets(values)];
}

function missing(values: Values): string[] {
  const needed: VariableName[] = ['DATABASE_URL', 'ENCRYPTION_KEYS'];
  if (!values.JWT_JWKS_URL) needed.push('JWT_SECRET');
  return needed
    .filter((name) => values[name] === undefined)
    .map(
      (name) =>
        `${name}: обязательно при NODE_ENV=production / required with NODE_ENV=production. ` +
        `${variables[name].meaning}${mendingOf(name)}`,
    );
}

function plainAddresses(values: Values): string[] {
  return (['PUBLIC_URL', 'JWT_JWKS_URL'] as const)
    .filter((name) => values[name] !== undefined && !String(values[name]).startsWith('https:'))
    .map(
      (name) =>
        `${name} «${values[name]}»: при NODE_ENV=production нужен https; поставьте перед адресом TLS / ` +
        'with NODE_ENV=production https is needed; put TLS before the address',
    );
}

function weakSecrets(values: Values): string[] {
  const problems: string[] = [];
  const add = (name: VariableName, ru: string, en: string) => problems.push(`${name}: ${ru} / ${en}${mendingOf(name)}`);
  const secret = values.JWT_SECRET as string | undefined;
  if (
    secret !== undefined &&
    (Buffer.byteLength(secret) < shortestSecret || isGuessable([...secret], fewestCharacters))
  )
    add('JWT_SECRET', 'секрет легко угадать, нужны 32 случайных байта', 'easily guessed, 32 random bytes are needed');
  const token = values.METRICS_TOKEN as string | undefined;
  if (token !== undefined && isGuessable([...token], fewestCharacters))
    add('METRICS_TOKEN', 'токен легко угадать, нужен случайный', 'easily guessed, a random one is needed');
  for (const { id, key } of (values.ENCRYPTION_KEYS as EncryptionKey[] | undefined) ?? []) {
    if (isGuessable([...key], fewestBytes))
      add('ENCRYPTION_KEYS', `ключ «${id}» не случаен`, `the key "${id}" is not random`);
  }
  return problems;
}

/** Few different parts, the same piece over and over, or a plain count up or down: no chance made it. */
function isGuessable(parts: readonly (string | number)[], fewest: number): boolean {
  if (new Set(parts).size < fewest) return true;
  for (let period = 1; period <= parts.length / 2; period++) {
    if (parts.every((part, index) => part === parts[index % period])) return true;
  }
  const codes = parts.map((part) => (typeof part === 'number' ? part : (part.codePointAt(0) ?? 0)));
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)));
  return steps.size === 1;
}
