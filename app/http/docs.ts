import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type Router from '@koa/router';
import type { Language } from '../lib/errors.ts';
import { docsScript, docsStyle } from './docs-files.ts';
import type { Context, RequestState } from './errors.ts';
import { escapeHtml } from './escape-html.ts';
import { frameAncestors } from './problem-page.ts';

const address = '/api/docs';
const kept = createRequire(import.meta.url);
const { version } = kept('swagger-ui-dist/package.json') as { version: string };

/** The viewer's own files; their address names the version, so a browser keeps them for ever. */
const viewerFiles: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/**
 * The description of the interface for people: Swagger UI, served from here, that tries requests with a token which is pasted into it and
 * kept in the page alone. `publicUrl` may be called from it, too.
 */
export function serveDocs(router: Router<RequestState>, publicUrl: string | undefined): void {
  const policy = contentPolicy(publicUrl);
  router.get(address, (ctx) => {
    ctx.set('content-security-policy', policy);
    ctx.set('vary', 'accept-language');
    ctx.type = 'html';
    ctx.body = pageIn(ctx.state.language);
  });
  router.get(`${address}/start.js`, (ctx) => sendText(ctx, docsScript, 'text/javascript; charset=utf-8'));
  router.get(`${address}/page.css`, (ctx) => sendText(ctx, docsStyle, 'text/css; charset=utf-8'));
  for (const [file, type] of Object.entries(viewerFiles)) {
    router.get(`${address}/${version}/${file}`, async (ctx) => {
      ctx.set('cache-control', 'public, max-age=31536000, immutable');
      ctx.type = type;
      ctx.body = await readFile(kept.resolve(`swagger-ui-dist/${file}`));
    });
  }
}

function sendText(ctx: Context, text: string, type: string): void {
  ctx.set('cache-control', 'no-cache');
  ctx.type = type;
  ctx.body = text;
}

function contentPolicy(publicUrl: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${publicUrl === undefined ? '' : ` ${new URL(publicUrl).origin}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    frameAncestors([]),
  ].join('; ');
}

const words: Record<Language, { title: string; about: string; token: string; noScript: string }> = {
  ru: {
    title: 'REST API: Axenta CRM и Битрикс24',
    about: 'Все адреса, поля и ответы. То же для программ:',
    token:
      'Чтобы выполнить запрос отсюда, нажмите Authorize и вставьте токен (JWT). Токен остаётся только в этой вкладке. Запросы настоящие: они меняют данные вашей компании.',
    noScript: 'Для просмотра нужен JavaScript. Описание целиком:',
  },
  en: {
    title: 'REST API: Axenta CRM and Bitrix24',
    about: 'Every address, field and answer. The same for programs:',
    token:
      "To send a request from here, choose Authorize and paste a token (JWT). The token stays in this tab only. Requests are real: they change your company's data.",
    noScript: 'The viewer needs JavaScript. The whole description:',
  },
};

function pageIn(language: Language): string {
  const { title, about, token, noScript } = words[language];
  const description = '<a href="/api/openapi.json">/api/openapi.json</a>';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${address}/${version}/swagger-ui.css">
<link rel="stylesheet" href="${address}/page.css">
<script src="${address}/${version}/swagger-ui-bundle.js" defer></script>
<script src="${address}/start.js" defer></script>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(about)} ${description}</p>
<p>${escapeHtml(token)}</p>
<noscript><p>${escapeHtml(noScript)} ${description}</p></noscript>
</header>
<main id="viewer" lang="en"></main>
</body>
</html>
`;
}
