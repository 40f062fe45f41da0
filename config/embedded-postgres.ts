import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Binaries, findBinaries, reachable } from './embedded-binaries.ts';

export interface EmbeddedPostgres {
  /** Connection string of the `axenta` database. */
  url: string;
  /** Lets go; the server stops when nobody else holds it. Repeat-safe. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made when absent. */
  dir: string;
  /** For tests: nothing is flushed to disk, and the cluster goes with the process, however that ends. */
  throwAway?: boolean;
}

const user = 'axenta';
const database = 'axenta';
const holderName = 'axenta-postgres-holder';
const startTimeoutMs = 30_000;
/** Between two attempts to start a server that ended. */
const restartPauseMs = 1000;

interface Cluster {
  dir: string;
  password: string;
  binaries: Binaries;
}

/**
 * Starts the PostgreSQL that came with npm, or attaches to the one that another process of the same folder started. As root it runs as
 * `nobody`. What was committed survives a killed process, and a killed server: that one is started again on its port, as long as it is
 * held. Throws a sentence for people when it cannot start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findBinaries();
  const dir = reachable(path.resolve(options.dir), binaries.user);
  const cluster = initialise(dir, binaries);
  const throwAway = options.throwAway ?? false;
  let held = await hold(cluster, throwAway, null);
  await ensureDatabase(held);
  const { port } = held;
  let isStopping = false;
  let restarting: Promise<void> = Promise.resolve();
  watch();

  function watch(): void {
    held.once('end', () => {
      if (!isStopping) restarting = restart();
    });
  }

  async function restart(): Promise<void> {
    while (!isStopping) {
      try {
        held = await hold(cluster, throwAway, port);
        watch();
        return;
      } catch {
        await sleep(restartPauseMs);
      }
    }
  }

  return {
    url: `postgres://${user}:${cluster.password}@127.0.0.1:${port}/${database}`,
    async stop() {
      if (isStopping) return;
      isStopping = true;
      await restarting;
      await letGo(held, dir).catch(() => undefined);
    },
  };
}

/** A connection that keeps the server running; it is started, on `port` or on any free one, when it does not run. */
async function hold(cluster: Cluster, throwAway: boolean, port: number | null): Promise<pg.Client> {
  const { dir } = cluster;
  const deadline = Date.now() + startTimeoutMs;
  let started: ChildProcess | undefined;
  for (let log = ''; ; ) {
    const holder = await attach(cluster);
    if (holder) {
      if (throwAway) guard(dir);
      // The server's output is not read any more; an open pipe would keep this process alive.
      started?.stderr?.destroy();
      started?.unref();
      return holder;
    }
    if (Date.now() > deadline) throw new Error(`Embedded PostgreSQL did not start: ${log.slice(-2000)}`);
    if (!started || started.exitCode !== null) {
      removeStaleLock(dir);
      started = start(cluster, port ?? (await freePort()), throwAway);
      started.stderr?.on('data', (chunk) => {
        log = (log + chunk).slice(-4000);
      });
    }
    await sleep(30);
  }
}

/** Makes the cluster beside its place and moves it there: of two processes that start at once, one wins. */
function initialise(dir: string, binaries: Binaries): Cluster {
  const data = path.join(dir, 'data');
  const passwordFile = path.join(dir, 'password');
  if (!existsSync(path.join(dir, 'data', 'PG_VERSION'))) {
    mkdirSync(path.dirname(dir), { recursive: true });
    const fresh = `${dir}.${process.pid}.new`;
    mkdirSync(fresh, { recursive: true, mode: 0o700 });
    const password = randomBytes(18).toString('base64url');
    writeFileSync(path.join(fresh, 'password'), password, { mode: 0o600 });
    if (binaries.user) {
      chownSync(fresh, binaries.user.uid, binaries.user.gid);
      chownSync(path.join(fresh, 'password'), binaries.user.uid, binaries.user.gid);
    }
    runInitdb(binaries, fresh);
    try {
      renameSync(fresh, dir);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      if (!existsSync(path.join(data, 'PG_VERSION'))) throw error;
    }
  }
  return { dir, binaries, password: readFileSync(passwordFile, 'utf8') };
}

function runInitdb(binaries: Binaries, fresh: string): void {
  const done = spawnSync(
    path.join(binaries.native, 'bin', 'initdb'),
    [
      ...['-D', path.join(fresh, 'data'), '-U', user, '-A', 'scram-sha-256'],
      `--pwfile=${path.join(fresh, 'password')}`,
      // The built-in provider folds Cyrillic the same way everywhere, without locales of the system.
      ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions', '--no-sync'],
    ],
    { ...binaries.user, cwd: '/', encoding: 'utf8' },
  );
  if (done.status === 0) return;
  rmSync(fresh, { recursive: true, force: true });
  throw new Error(`initdb failed: ${done.stderr || done.error?.message}`);
}

function start({ dir, binaries }: Cluster, port: number, throwAway: boolean): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...(throwAway && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn(path.join(binaries.native, 'bin', 'postgres'), ['-D', path.join(dir, 'data'), ...flags], {
    ...binaries.user,
    cwd: '/',
    // A process group of its own: Ctrl-C reaches the app alone, which stops the server when it has drained.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

interface LockFile {
  pid: number;
  port: number;
  ready: boolean;
}

function readLock(dir: string): LockFile | null {
  try {
    const lines = readFileSync(path.join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return null;
  }
}

/** A connection to the running server of this cluster, or null. */
async function attach({ dir, password }: Cluster): Promise<pg.Client | null> {
  const lock = readLock(dir);
  if (!lock?.ready) return null;
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: lock.port, user, password, database: 'postgres' },
    application_name: holderName,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show data_directory');
    if (rows[0]?.data_directory === path.join(dir, 'data')) return client;
    await client.end();
  } catch {
    await client.end().catch(() => undefined);
  }
  return null;
}

// The pid in a lock file left by a killed server may belong to another process by now; PostgreSQL would refuse to start.
function removeStaleLock(dir: string): void {
  const lock = readLock(dir);
  if (!lock) return;
  try {
    const command = readFileSync(`/proc/${lock.pid}/cmdline`, 'utf8');
    if (!command.includes('postgres')) rmSync(path.join(dir, 'data', 'postmaster.pid'), { force: true });
  } catch {
    // No such process, or no /proc: PostgreSQL tells for itself whether the file is stale.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rows.length > 0) return;
  await client.query(`create database ${database}`).catch((error: { code?: string }) => {
    // Another process was faster.
    if (error.code !== '42P04' && error.code !== '23505') throw error;
  });
}

async function letGo(client: pg.Client, dir: string): Promise<void> {
  const { rows } = await client.query(
    'select count(*)::integer as others from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
    [holderName],
  );
  const lock = readLock(dir);
  if (rows[0]?.others > 0 || !lock) return client.end();
  // SIGINT: fast shutdown. SIGTERM would wait for every client.
  process.kill(lock.pid, 'SIGINT');
  await client.end().catch(() => undefined);
  for (let waited = 0; readLock(dir)?.pid === lock.pid && waited < 15_000; waited += 30) {
    if (waited === 9990) process.kill(lock.pid, 'SIGQUIT');
    await sleep(30);
  }
}

/** Stops the server and removes the cluster when this process is gone, even by `kill -9`: its end of the pipe closes. */
function guard(dir: string): void {
  const pid = readLock(dir)?.pid;
  const script = `cat >/dev/null; kill -INT ${pid} 2>/dev/null; sleep 1; rm -rf '${dir}'`;
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
}
