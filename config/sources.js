// Plain JavaScript: it runs where the development packages, the compiler among them, are not installed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** What the sources looked like from which `dist/` was built. */
export const stampFile = path.join(root, 'dist', '.stamp');

const serverFolders = ['app', 'config', 'migrations'];
const singleFiles = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const tools = ['tsx', 'typescript', 'vite'];

/** The server's TypeScript files, by their path from the project's root. */
export function serverSources() {
  return serverFolders.flatMap((folder) => filesBelow(folder)).filter((file) => file.endsWith('.ts'));
}

/** A digest of everything that `npm run build` reads. */
export function digestSources() {
  const hash = createHash('sha256');
  // The build of the pages leaves this file among their sources.
  const pages = filesBelow('public').filter((file) => !file.endsWith('components.d.ts'));
  for (const file of [...serverSources(), ...pages, ...singleFiles].sort()) {
    hash.update(file).update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

/**
 * Whether `dist/` is there, and whether it is what these sources give: `missing`, `current`, or `old`. Without sources it is taken as it
 * is.
 */
export function standOfBuild() {
  if (!existsSync(path.join(root, 'dist', 'app', 'main.js'))) return 'missing';
  if (!hasSources()) return 'current';
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digestSources() ? 'current' : 'old';
}

/** Whether the sources of server and pages are here. */
export function hasSources() {
  return [...singleFiles, 'app/main.ts', 'public/app.html'].every((file) => existsSync(path.join(root, file)));
}

/** Whether the packages are installed that build the project and run it from its sources. */
export function hasTools() {
  const require = createRequire(import.meta.url);
  return tools.every((name) => require.resolve.paths(name)?.some((folder) => existsSync(path.join(folder, name))));
}

/** @param {string} folder */
function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}
