import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, type Running, run, start } from '../support/child.ts';
import { findFreePort } from '../support/free-port.ts';

/** An environment as a production server has it, on the given database. */
export async function productionEnvironment(databaseUrl: string): Promise<Record<string, string>> {
  return {
    NODE_ENV: 'production',
    PORT: String(await findFreePort()),
    HOST: '127.0.0.1',
    PUBLIC_URL: 'https://axenta.example.ru',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: randomBytes(32).toString('base64'),
    ENCRYPTION_KEYS: `one:${randomBytes(32).toString('base64')}`,
  };
}

/** Starts the server of a folder and waits until it is ready. Throws with what it said when it ends or is not ready in time. */
export async function serve(
  folder: string,
  env: Record<string, string>,
  { command = ['npm', 'start'], uid }: { command?: readonly string[]; uid?: number | undefined } = {},
): Promise<Running> {
  const [program = '', ...args] = command;
  const app = start(program, args, { cwd: folder, env, uid });
  let hasEnded = false;
  const ended = app.ended.finally(() => {
    hasEnded = true;
  });
  ended.catch(() => undefined);
  const deadline = Date.now() + 60_000;
  while (!(await isReady(Number(env.PORT)))) {
    if (hasEnded || Date.now() > deadline) {
      app.signal('SIGKILL');
      throw new Error(`The server of ${folder} is not ready:\n${app.output}`);
    }
    await sleep(100);
  }
  return app;
}

/** Asks a served app for JSON. */
export async function ask(env: Record<string, string>, path: string, init: RequestInit = {}) {
  const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape of the answer that it asks for; here it is not known
  return { status: answer.status, body: (await answer.json().catch(() => null)) as any };
}

/** Runs one of the command-line tools as people do. */
export function tool(folder: string, env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const [name = '', ...rest] = args;
  return run('npm', ['run', '--silent', name, '--', ...rest], { cwd: folder, env });
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
  return answer?.status === 200;
}
