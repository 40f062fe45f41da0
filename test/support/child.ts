import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

export interface RunOptions {
  cwd: string;
  /** All that the program finds in its environment besides the path and the home folder. */
  env?: Record<string, string>;
  /** Whom it runs as, when that is not us. */
  uid?: number | undefined;
}

export interface Running {
  /** What it has written so far, to both outputs. */
  readonly output: string;
  /** Resolves when it and everything that it started has ended. */
  ended: Promise<Ended>;
  /** Sends a signal to it and to everything that it started. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts a program in a group of its own. */
export function start(command: string, args: readonly string[], { cwd, env = {}, uid }: RunOptions): Running {
  const { PATH, HOME } = process.env;
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const seen = { code: null, output: '', errors: '' } as Ended;
  child.stdout?.on('data', (chunk) => {
    seen.output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    seen.errors += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...seen, code }));
  });
  return {
    get output() {
      return seen.output + seen.errors;
    },
    ended,
    signal(name) {
      if (child.pid === undefined || child.exitCode !== null) return;
      process.kill(-child.pid, name);
    },
  };
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  return start(command, args, options).ended;
}
