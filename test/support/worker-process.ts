import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface WorkerProcess {
  pid: number;
  /** What `kill -9` does: no handler runs, no connection is closed in order. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** The signal of an orderly stop; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the app as a worker in a process of its own, on the world's database; resolves when it has started. */
export async function startWorkerProcess(
  world: World,
  role: 'worker' | 'urgent' | 'bulk' = 'worker',
): Promise<WorkerProcess> {
  const [key] = world.config.encryptionKeys;
  const child = spawn(process.execPath, ['--import', 'tsx', 'app/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      ROLE: role,
      DATABASE_URL: world.databaseUrl,
      JWT_SECRET: world.config.jwtSecret,
      ENCRYPTION_KEYS: `${key?.id}:${key?.key.toString('base64')}`,
      BITRIX24_ALLOW_PRIVATE_HOSTS: '1',
      NODE_EXTRA_CA_CERTS: world.portal.caFile,
      SWEEP_INTERVAL_SEC: '86400',
      ...(world.config.smtp && { SMTP_URL: smtpUrlOf(world.config.smtp) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await started(child);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return {
    pid: child.pid ?? 0,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

/** As an administrator writes it. */
function smtpUrlOf({ url, from }: { url: string; from: string }): string {
  const whole = new URL(url);
  whole.searchParams.set('from', from);
  return whole.toString();
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Приложение запущено')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`The worker ended with ${code}: ${output}`)));
  });
}
