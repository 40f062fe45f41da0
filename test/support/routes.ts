import type { World } from './world.ts';

/** A route as the interface's own description shows it. */
export interface DescribedRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{id}` where an id belongs, and `{number}` where that of a version does. */
  path: string;
  role: 'viewer' | 'user' | 'admin';
  hasId: boolean;
  query: string[];
  /** Fields of the body by their schema; null when the route takes none. */
  body: Record<string, { type?: string | string[] }> | null;
}

interface Operation {
  description?: string;
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: { properties?: DescribedRoute['body'] } }> };
}

/** Every route that asks for a token, read from `/api/openapi.json`: what is added there is tested by itself. */
export async function describedRoutes(world: World): Promise<DescribedRoute[]> {
  const { body } = await world.call(null, 'GET', '/api/openapi.json');
  const paths = body.paths as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.security !== undefined)
      .map(([method, operation]) => toRoute(path, method, operation)),
  );
}

function toRoute(path: string, method: string, operation: Operation): DescribedRoute {
  const role = /^Role: (\w+)/.exec(operation.description ?? '')?.[1];
  const schema = operation.requestBody?.content['application/json']?.schema;
  return {
    method: method.toUpperCase() as DescribedRoute['method'],
    path,
    role: role as DescribedRoute['role'],
    hasId: path.includes('{id}'),
    query: (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name),
    body: schema ? (schema.properties ?? {}) : null,
  };
}

/** The route's address with an id in its place, or the number that every company has; of the kinds of cards, a deal's. */
export function addressOf(route: DescribedRoute, id: number | string = 1): string {
  const named = route.path.replace('{type}', 'deal').replace('{number}', '0');
  return named.replaceAll(/\{\w+\}/g, String(id));
}
