// What `npm start` and the command-line tools begin with. Plain JavaScript: a production server has no compiler.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasSources, hasTools, root, standOfBuild } from './sources.js';

const [name = 'start'] = process.argv.slice(2);
const entry = name === 'start' ? 'app/main' : `app/cli/${name}`;
const notBuilt = `Приложение не собрано, и собрать его здесь нечем: выполните npm ci && npm run build (или скопируйте dist/).
The app is not built, and nothing here can build it: run npm ci && npm run build (or copy dist/).`;
const oldBuild = `dist/ собран из других исходников, а собрать заново здесь нечем: запускается то, что есть.
dist/ was built from other sources, and nothing here can build it anew: what is there is started.`;

// Signals and exit codes are the program's own: it runs in this process.
const file = name === 'start' ? built() : fromSources() ? `${entry}.ts` : built();
if (file) {
  const address = path.join(root, file);
  process.argv.splice(1, 2, address);
  process.setSourceMapsEnabled(true);
  if (file.endsWith('.ts')) (await import('tsx/esm/api')).register();
  await import(pathToFileURL(address).href);
}

/** Tools are run from their sources where that is possible: a developer's change counts at once. */
function fromSources() {
  return hasSources() && hasTools();
}

/** The program in dist/, built first when that is needed and possible; null when it cannot be run. */
function built() {
  const stand = standOfBuild();
  if (stand !== 'current' && fromSources()) {
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      process.exitCode = status ?? 1;
      return null;
    }
  } else if (stand === 'missing') {
    console.error(notBuilt);
    process.exitCode = 1;
    return null;
  } else if (stand === 'old') console.error(oldBuild);
  return `dist/${entry}.js`;
}
