import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import { AppError } from '../lib/errors.ts';
import type { Context, RequestState } from './errors.ts';
import { frameAncestors } from './problem-page.ts';

/** The pages that `public/` is built into. */
export type PageName = 'app' | 'install' | 'tab';

/** Hashed names never change their content. */
const forEver = 'public, max-age=31536000, immutable';

/** The kit inserts one empty style element; a strict policy has to know its digest. */
const kitStyle = "'sha256-7ZIzQltM1iU0jPqNUKNjeveSPHJnVZPsIFZx2wkyrFQ='";

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Answers with one of the built pages. Only `ancestors` (origins such as `https://company.bitrix24.ru`) may frame it; an empty list
 * forbids every frame. The page holds no data and no secret: it asks for a session by itself. Throws `pages_not_built`.
 */
export async function sendPage(ctx: Context, page: PageName, ancestors: readonly string[]): Promise<void> {
  const html = await readBuilt(`${page}.html`);
  if (!html) throw pagesNotBuilt();
  ctx.set('content-security-policy', contentPolicy(html.toString('utf8'), ancestors));
  // The older header knows no list of origins: beside frame-ancestors it could only forbid what that allows.
  ctx.remove('x-frame-options');
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = html;
}

/** Makes the router of what a browser fetches by itself: the hashed files, and the app page for people without a portal. */
export function makePageRouter(): Router<RequestState> {
  const router = new Router<RequestState>();
  router.get('/', (ctx) => sendPage(ctx, 'app', []));
  router.get('/assets/:file', async (ctx) => {
    const file = String(ctx.params.file);
    const type = types[path.extname(file)];
    const content = type && /^[\w.-]+$/.test(file) ? await readBuilt('assets', file) : null;
    if (!content || !type) return;
    ctx.set('cache-control', forEver);
    ctx.type = type;
    ctx.body = content;
  });
  return router;
}

function contentPolicy(html: string, ancestors: readonly string[]): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...digestsOfScripts(html)].join(' '),
    `style-src 'self' ${kitStyle}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    frameAncestors(ancestors),
  ].join('; ');
}

/** Digests of the scripts that stand in a built page: the one that sets the theme before anything is painted. */
function digestsOfScripts(html: string): string[] {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
  return scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
}

async function readBuilt(...name: string[]): Promise<Buffer | null> {
  try {
    return await readFile(path.join(builtFolder(), ...name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** `dist/public`, seen from the compiled module and from its source; the source's own `public/` has no assets. */
function builtFolder(): string {
  const beside = fileURLToPath(new URL('../../public', import.meta.url));
  return existsSync(path.join(beside, 'assets'))
    ? beside
    : fileURLToPath(new URL('../../dist/public', import.meta.url));
}

function pagesNotBuilt(): AppError {
  return new AppError({
    code: 'pages_not_built',
    status: 503,
    text: {
      ru: 'Страницы ещё не собраны. Выполните npm run build',
      en: 'The pages are not built yet. Run npm run build',
    },
  });
}
