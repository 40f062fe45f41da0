import { type JsonSchema, schemaProblems } from './json-schema.ts';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: JsonSchema; example?: unknown }> }>;
}

/** What `/api/openapi.json` answers, as far as answers are held against it. */
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface Seen {
  method: string;
  path: string;
  status: number;
  type: string | null;
  body: unknown;
}

/** Refuses an answer that the interface's own description does not describe; addresses outside of it are none of its business. */
export function makeAnswerCheck({ paths, components }: Description) {
  const problemsOf = schemaProblems(components.schemas);
  const patterns = Object.keys(paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    // `/conflicts/counts` before `/conflicts/{id}`.
    holes: path.split('{').length,
  }));
  patterns.sort((a, b) => a.holes - b.holes);

  return ({ method, path, status, type, body }: Seen): void => {
    const asked = path.split('?')[0] ?? '';
    const known = patterns.find(
      ({ pattern, path: one }) => pattern.test(asked) && method.toLowerCase() in (paths[one] ?? {}),
    );
    const operation = known && paths[known.path]?.[method.toLowerCase()];
    if (!operation) return;
    const at = `${method} ${known.path} answered ${status}`;
    const response = operation.responses[String(status)];
    if (!response) throw new Error(`${at}, which its description does not name: ${JSON.stringify(body).slice(0, 300)}`);
    if (!response.content) return;
    const media = (type ?? '').split(';')[0] ?? '';
    const content = response.content[media];
    if (!content) throw new Error(`${at} as ${media}, which its description does not name`);
    const problems = media === 'application/json' ? problemsOf(content.schema, body, 'body') : [];
    if (problems.length > 0) throw new Error(`${at}, not as described: ${problems.slice(0, 5).join('; ')}`);
  };
}
