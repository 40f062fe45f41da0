import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

const built = fileURLToPath(new URL('../../../dist/public/', import.meta.url));
/** What a page inside a portal fetches besides its own start. */
const inPortal = /^(portal-frame|frame-session)-/;

/** Scripts that a page fetches before it shows its first data: its own, what they import, and the way to the portal. */
function scriptsOf(page: 'app' | 'install' | 'tab'): string[] {
  const html = readFileSync(path.join(built, `${page}.html`), 'utf8');
  const waiting = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name ?? '');
  const found = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const code = readFileSync(path.join(built, 'assets', name), 'utf8');
    for (const [, imported = ''] of code.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
      waiting.push(imported);
    for (const [, lazy = ''] of code.matchAll(/import\(["'`]\.\/([^"'`]+\.js)["'`]\)/g))
      if (inPortal.test(lazy)) waiting.push(lazy);
  }
  return [...found];
}

function kilobytes(names: readonly string[]): number {
  const bytes = names.map((name) => gzipSync(readFileSync(path.join(built, 'assets', name))).length);
  return bytes.reduce((sum, size) => sum + size, 0) / 1000;
}

describe('the size of the pages', () => {
  for (const [page, most] of [
    ['app', 300],
    ['install', 200],
    ['tab', 200],
  ] as const) {
    it(`${page}: at most ${most} kB of script, compressed, the way to the portal included`, () => {
      const scripts = scriptsOf(page);
      expect(scripts.some((name) => inPortal.test(name))).to.equal(true);
      expect(kilobytes(scripts)).to.be.at.most(most);
    });
  }

  it('asks no other host for anything', () => {
    for (const page of ['app', 'install', 'tab']) {
      const html = readFileSync(path.join(built, `${page}.html`), 'utf8');
      expect(html).not.to.match(/(?:src|href)="(?:https?:)?\/\//);
    }
  });
});
