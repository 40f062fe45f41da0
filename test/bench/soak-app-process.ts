import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const appFile = fileURLToPath(new URL('./soak-app.ts', import.meta.url));

/** What a container is given to end in order; a write that hangs takes longer. */
const graceMs = 10_000;

/** The app in a process of its own, which can be stopped and killed. What it says goes into `logFile`. */
export function makeAppProcess(env: NodeJS.ProcessEnv, logFile: string, firstPort: number) {
  let child: ChildProcess | null = null;
  let port = firstPort;
  let isEnding = false;
  let tellDeath: (error: Error) => void = () => undefined;
  const died = new Promise<never>((_resolve, reject) => {
    tellDeath = reject;
  });

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    isEnding = true;
    const dying = child;
    const gone = once(dying, 'exit');
    dying.kill(signal);
    const force = setTimeout(() => dying.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(force);
  }

  return {
    /** Rejects when the process ends by itself: nothing may bring it to that. */
    died,
    get port(): number {
      return port;
    },
    /** Resolves when the app listens: on the same port after each start, because the portal's subscriptions name it. */
    async start(): Promise<void> {
      const output = openSync(logFile, 'a');
      const stdio = ['ignore', output, output, 'ipc'] as const;
      child = fork(appFile, { execArgv: ['--import', 'tsx'], env: { ...env, PORT: String(port) }, stdio: [...stdio] });
      closeSync(output);
      isEnding = false;
      child.once('exit', (code, signal) => {
        if (!isEnding) tellDeath(new Error(`The app ended by itself with ${code ?? signal}: see ${logFile}`));
      });
      const [message] = await Promise.race([once(child, 'message'), died]);
      port = (message as { port: number }).port;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
