import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { addressesOf } from './mount.ts';
import { callbackResponses, responsesOf } from './openapi-answers.ts';
import { addExamples, type Samples } from './openapi-examples.ts';
import type { CallbackRoute, OpenRoute, Route, VisitorNeed } from './route.ts';
import { portalTokenHeader } from './visitors.ts';

/** Everything that the server answers. */
export interface Interface {
  routes: readonly Route[];
  open: readonly OpenRoute[];
  callbacks: readonly CallbackRoute[];
}

/** What the description says besides the routes. */
export interface Publication {
  /** The address that callers elsewhere use; undefined: they know it. */
  publicUrl: string | undefined;
  /** Values of examples, by the field's name. */
  samples: Samples;
}

const portalsTag = 'Called by Bitrix24';

/** The interface's description (OpenAPI 3.1), made from the schemas that validate. */
export function describeInterface(all: Interface, { publicUrl, samples }: Publication) {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent('securitySchemes', 'jwt', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Claims: sub, tenant_id (integer), role (admin, user or viewer)',
  });
  for (const route of all.routes) registerRoute(registry, route, bearer.name);
  for (const route of all.open) registerOpen(registry, route);
  registerCallbacks(registry, all);
  const tags = [...new Set([...all.routes, ...all.open].map(({ tag }) => tag)), portalsTag];
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Axenta CRM <-> Bitrix24', version: '1', description: introduction },
    servers: [
      { url: '/', description: 'The server that answers this description' },
      ...(publicUrl === undefined ? [] : [{ url: publicUrl, description: 'Its public address' }]),
    ],
    tags: tags.map((name) => ({ name })),
  });
  return addExamples(document, samples);
}

const introduction = [
  'Answers are `{"status":"success","data":…}`; failures are `{"status":"error","error":"…","code":"…","request_id":"…"}`.',
  'Decide by `code`, which is stable; `error` is a sentence for people, Russian, or English with `Accept-Language: en`.',
  'Fields may be added to answers; none is renamed.',
  'Times are RFC 3339 in UTC.',
].join(' ');

function registerRoute(registry: OpenAPIRegistry, route: Route, bearer: string): void {
  registry.registerPath({
    method: route.method,
    path: bracedPath(route.path),
    operationId: operationIdOf(route.method, route.path),
    summary: route.summary,
    tags: [route.tag],
    description: `Role: ${route.role} and above. Visitors of the pages in a portal: ${visitorTexts[route.visitors]}`,
    security: [{ [bearer]: [] }],
    request: {
      ...(route.params && { params: route.params as z.ZodObject }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(route.body && { body: { content: { 'application/json': { schema: route.body } } } }),
    },
    responses: responsesOf(route.answers, [
      ...[400, 401, 403, 429, 500, 503],
      ...(route.params ? [404] : []),
      ...(route.method === 'get' ? [] : [409, 413, 415]),
      ...(route.failures ?? []),
    ]),
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
    operationId: operationIdOf('post', route.path),
    summary: route.summary,
    tags: [route.tag],
    description: 'Without a JWT: the body proves the caller',
    request: { body: { content: { 'application/json': { schema: route.body } } } },
    responses: responsesOf(route.answers, [400, 413, 415, 429, 500, 503, ...(route.failures ?? [])]),
  });
}

function registerCallbacks(registry: OpenAPIRegistry, { open, callbacks }: Interface): void {
  for (const { method, path, summary } of callbacks) {
    registry.registerPath({
      ...{ method, path: bracedPath(path), summary, tags: [portalsTag] },
      operationId: operationIdOf(method, path),
      request: { params: textParams(path) },
      responses: callbackResponses,
    });
  }
  for (const path of addressesOf({ open, callbacks })) {
    registry.registerPath({
      ...{ method: 'head', path: bracedPath(path), tags: [portalsTag] },
      operationId: operationIdOf('head', path),
      summary: 'Whether the address is there; nothing is done',
      request: { params: textParams(path) },
      responses: { 200: { description: 'It is' } },
    });
  }
}

function bracedPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** `get /api/objects/:id` becomes `getObjectsById`: generated clients name their functions by it. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/(integration\/)?/, '')
    .split(/[/_-]/)
    .filter(Boolean)
    .map((word) => (word.startsWith(':') ? `by${capital(word.slice(1))}` : word));
  return method + words.map(capital).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function textParams(path: string): z.ZodObject {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}
