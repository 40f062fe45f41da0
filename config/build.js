// `npm run build`: compiles the server and the pages into dist/, and notes from which sources.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestSources, root, serverSources, stampFile } from './sources.js';

const dist = path.join(root, 'dist');
// Before the compiler reads them: a file that is saved meanwhile makes the build an old one.
const digest = digestSources();
rmSync(stampFile, { force: true });
// The compiler believes that what it wrote once is still there.
if (!existsSync(path.join(dist, 'app', 'main.js'))) rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
run('tsc', '-p', 'tsconfig.build.json');
run('npm', 'run', '--silent', 'build:pages');
removeOrphans();
writeFileSync(stampFile, digest);

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Removes what was compiled from sources that are gone: a migration among them would still run. */
function removeOrphans() {
  const compiled = new Set(serverSources().map((file) => file.replace(/\.ts$/, '.js')));
  for (const folder of ['app', 'config', 'migrations']) {
    for (const name of readdirSync(path.join(dist, folder), { recursive: true, encoding: 'utf8' })) {
      const file = path.posix.join(folder, name.replaceAll(path.sep, '/')).replace(/\.map$/, '');
      if (file.endsWith('.js') && !compiled.has(file)) rmSync(path.join(dist, folder, name), { force: true });
    }
  }
}
