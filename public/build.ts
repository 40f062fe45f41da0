import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const stamp = path.resolve(root, '../dist/public/.stamp');

/** Builds the pages when their sources, or the packages they are made of, have changed since the last build. */
export async function buildPages(): Promise<void> {
  const digest = digestSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const { NODE_ENV: environment } = process.env;
  await build({ configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' });
  // The builder leaves 'production' behind, and what this process starts later would take it for its own.
  if (environment === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = environment;
  writeFileSync(stamp, digest);
}

function digestSources(): string {
  const hash = createHash('sha256');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    // What the build itself leaves here is no source.
    .filter((file) => !file.includes('node_modules') && !file.endsWith('components.d.ts'));
  for (const file of [...files.sort(), path.resolve(root, '../package-lock.json')]) {
    hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPages();
