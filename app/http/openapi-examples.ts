import type { OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';

/** Values of examples by the name of the field: what people would find there. */
export type Samples = Readonly<Record<string, unknown>>;

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;

/** The part of a JSON Schema that the descriptions of answers and bodies use. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  example?: unknown;
}

interface Media {
  schema?: Schema;
  example?: unknown;
}

interface Operation {
  requestBody?: { content: Record<string, Media> };
  responses?: Record<string, { content?: Record<string, Media> }>;
}

/** Gives every JSON answer and body of the description an example that is made of its schema. Returns the same document. */
export function addExamples(document: Document, samples: Samples): Document {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  const make = makeExampleOf(schemas, samples);
  // The library's types know every form that a description may take; ours has these.
  const paths = (document.paths ?? {}) as Record<string, Record<string, Operation>>;
  for (const operation of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    const contents = [operation.requestBody, ...Object.values(operation.responses ?? {})];
    for (const media of contents.flatMap((one) => one?.content?.['application/json'] ?? [])) {
      if (media.schema && media.example === undefined) media.example = make(media.schema, '');
    }
  }
  return document;
}

/** Makes the function that makes an example of a schema; `name` is the field that holds it. Pure. */
export function makeExampleOf(schemas: Record<string, Schema>, samples: Samples) {
  return function exampleOf(given: Schema, name: string): unknown {
    const schema = given.$ref ? (schemas[given.$ref.split('/').at(-1) ?? ''] ?? {}) : given;
    if (schema.example !== undefined) return schema.example;
    const [branch] = schema.anyOf ?? schema.oneOf ?? [];
    if (branch) return exampleOf(branch, name);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, name)));
    if (schema.enum) return schema.enum.includes(samples[name]) ? samples[name] : schema.enum[0];
    const types = [schema.type ?? []].flat();
    if (types.includes('object')) return objectOf(schema, exampleOf);
    if (types.includes('array')) return schema.items ? [exampleOf(schema.items, singular(name))] : [];
    if (fits(samples[name], types)) return samples[name];
    return plainOf(schema, types);
  };
}

function objectOf(schema: Schema, exampleOf: (schema: Schema, name: string) => unknown): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field, name)]);
  return Object.fromEntries(fields);
}

function fits(value: unknown, types: readonly string[]): boolean {
  if (value === null) return types.includes('null');
  if (typeof value === 'number') {
    return types.includes('number') || (types.includes('integer') && Number.isInteger(value));
  }
  return types.includes(typeof value);
}

function plainOf({ format, minimum }: Schema, types: readonly string[]): unknown {
  if (types.includes('string')) return texts[format ?? ''] ?? 'text';
  if (types.includes('integer') || types.includes('number')) return Math.max(minimum ?? 1, 1);
  if (types.includes('boolean')) return true;
  return null;
}

const texts: Record<string, string> = {
  'date-time': '2026-01-27T10:30:00Z',
  date: '2026-01-27',
  uri: 'https://company.bitrix24.ru',
  email: 'info@romashka.example',
};

function singular(name: string): string {
  return name.replace(/s$/, '');
}
