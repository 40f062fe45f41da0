import { extendZodWithOpenApi, OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { escapeHtml } from './escape-html.ts';
import { addressesOf } from './mount.ts';
import type { CallbackRoute, OpenRoute, Route, VisitorNeed } from './route.ts';
import { portalTokenHeader } from './visitors.ts';

extendZodWithOpenApi(z);

/** Everything that the server answers. */
export interface Interface {
  routes: readonly Route[];
  open: readonly OpenRoute[];
  callbacks: readonly CallbackRoute[];
}

/** The interface's description (OpenAPI 3.1), made from the schemas that validate. */
export function describeInterface({ routes, open, callbacks }: Interface) {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent('securitySchemes', 'jwt', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Claims: sub, tenant_id (integer), role (admin, user or viewer)',
  });
  for (const route of routes) registerRoute(registry, route, bearer.name);
  for (const route of open) registerOpen(registry, route);
  for (const callback of callbacks) {
    registry.registerPath({
      method: callback.method,
      path: callback.path.replace(/:(\w+)/g, '{$1}'),
      summary: callback.summary,
      request: { params: textParams(callback.path) },
      responses: { 200: { description: 'Stored' }, 403: { description: 'Refused' } },
    });
  }
  for (const path of addressesOf({ open, callbacks })) {
    registry.registerPath({
      method: 'head',
      path: path.replace(/:(\w+)/g, '{$1}'),
      summary: 'Whether the address is there; nothing is done',
      request: { params: textParams(path) },
      responses: { 200: { description: 'It is' } },
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Axenta CRM <-> Bitrix24', version: '1' },
  });
}

function registerRoute(registry: OpenAPIRegistry, route: Route, bearer: string): void {
  registry.registerPath({
    method: route.method,
    path: route.path.replace(/:(\w+)/g, '{$1}'),
    summary: route.summary,
    description: `Role: ${route.role} and above. Visitors of the pages in a portal: ${visitorTexts[route.visitors]}`,
    security: [{ [bearer]: [] }],
    request: {
      ...(route.params && { params: route.params as z.ZodObject }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(route.body && { body: { content: { 'application/json': { schema: route.body } } } }),
    },
    responses: {
      // 201 for what was made, 202 for what was begun.
      '2XX': { description: 'Success', content: { 'application/json': { schema: success } } },
      default: { description: 'Failure', content: { 'application/json': { schema: failure } } },
    },
  });
}

/** Who of those who opened a page in the portal may call, by the setting `portal_access`. */
const visitorTexts: Record<VisitorNeed, string> = {
  open: 'each who is let in',
  card: `those who may read the portal's record, which is asked with their own token (header ${portalTokenHeader})`,
  card_edit: `those who may read the portal's record (header ${portalTokenHeader}) and change CRM records`,
  lists: 'those who may see lists',
  edit: 'those who may see lists and change CRM records',
  admin: 'administrators who may do everything',
};

function registerOpen(registry: OpenAPIRegistry, route: OpenRoute): void {
  registry.registerPath({
    method: 'post',
    path: route.path,
    summary: route.summary,
    description: 'Without a JWT: the body proves the caller',
    request: { body: { content: { 'application/json': { schema: route.body } } } },
    responses: {
      200: { description: 'Success', content: { 'application/json': { schema: success } } },
      default: { description: 'Failure', content: { 'application/json': { schema: failure } } },
    },
  });
}

function textParams(path: string): z.ZodObject {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

const warning = z.object({ path: z.string(), code: z.string(), text: z.string() });
const success = z.object({
  status: z.literal('success'),
  data: z.unknown(),
  message: z.string().optional(),
  warnings: z.array(warning).optional(),
});
const failure = z.object({
  status: z.literal('error'),
  error: z.string(),
  code: z.string(),
  request_id: z.string(),
  details: z.unknown().optional(),
});

/** The same as a page for people. */
export function renderDocs({ routes, open, callbacks }: Interface): string {
  const rows = [
    ...routes.map((route) => [route.method.toUpperCase(), route.path, route.role, route.summary]),
    ...open.map((route) => ['POST', route.path, 'токен портала', route.summary]),
    ...callbacks.map((route) => [route.method.toUpperCase(), route.path, 'Битрикс24', route.summary]),
  ];
  const cells = (row: string[]) => row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>API</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd}
td:nth-child(-n+2){font-family:ui-monospace,monospace}</style></head><body>
<h1>Axenta CRM &harr; Битрикс24: REST</h1>
<p>Авторизация: <code>Authorization: Bearer &lt;JWT&gt;</code>. Полное описание: <a href="/api/openapi.json">/api/openapi.json</a></p>
<table><thead><tr><th>Метод</th><th>Адрес</th><th>Роль</th><th>Что делает</th></tr></thead><tbody>
${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}
</tbody></table></body></html>`;
}
