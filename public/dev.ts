import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Development: the demonstration (app, simulated portal, database) beside a build that follows the sources of the pages. Opened pages load
 * themselves anew after each build (src/follow-build.ts), inside the portal's frames too, under the same strict policy as ever.
 */
async function main(): Promise<void> {
  await build({ configFile: path.join(root, 'vite.config.ts'), mode: 'development', build: { watch: {} } });
  const demo = spawn(process.execPath, ['--import', 'tsx', 'test/demo/main.ts', ...process.argv.slice(2)], {
    cwd: path.resolve(root, '..'),
    stdio: 'inherit',
  });
  // Ctrl+C reaches both; the demonstration needs a moment to close its database.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void demo.kill(signal));
  demo.once('exit', (code) => process.exit(code ?? 0));
}

await main();
