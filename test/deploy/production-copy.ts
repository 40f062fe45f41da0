import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that a build reads. */
const sources = ['app', 'config', 'migrations', 'public', 'package.json', 'package-lock.json'];
const settings = ['tsconfig.json', 'tsconfig.build.json'];

/** Optional for a package of the production tree, and installed only because the project compiles with it. */
const compiler = /^node_modules\/(@typescript\/|typescript$)/;

interface Locked {
  dev?: boolean;
}

/** Copies the sources, and the pages as they were built last: they are built anew only where their sources differ. */
export function copySources(folder: string): void {
  for (const name of [...sources, ...settings]) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  const pages = path.join('dist', 'public');
  if (existsSync(path.join(root, pages))) cpSync(path.join(root, pages), path.join(folder, pages), { recursive: true });
}

/**
 * Puts the packages into `folder` that an installation without development packages has, by the lock file. Files are shared with the
 * installation here where the disk allows it. Returns their size in bytes.
 */
export function linkProductionPackages(folder: string): number {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const names = Object.entries(lock.packages)
    .filter(([name, { dev }]) => name !== '' && !dev && !compiler.test(name))
    .map(([name]) => name)
    // Optional packages of other systems are not installed.
    .filter((name) => existsSync(path.join(root, name)));
  return names.reduce((size, name) => size + linkFolder(path.join(root, name), path.join(folder, name)), 0);
}

function linkFolder(from: string, to: string): number {
  mkdirSync(to, { recursive: true });
  let size = 0;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    // Packages below a package have lines of their own in the lock file.
    if (entry.isDirectory() && entry.name !== 'node_modules') size += linkFolder(source, target);
    if (!entry.isFile()) continue;
    linkOrCopy(source, target);
    size += statSync(source).size;
  }
  return size;
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EXDEV') throw error;
    copyFileSync(source, target);
  }
}

export { root };
