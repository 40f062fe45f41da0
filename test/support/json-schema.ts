/** The part of JSON Schema that the interface's description uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

const formats: Record<string, RegExp> = {
  'date-time': /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
};

/**
 * What of a value its schema does not describe, each with its path. Stricter than the standard: a field that the schema does not name is a
 * problem, too, because it is missing in the description.
 */
export function schemaProblems(schemas: Record<string, JsonSchema>) {
  return function problemsOf(given: JsonSchema, value: unknown, path: string): string[] {
    const schema = given.$ref ? schemas[given.$ref.split('/').at(-1) ?? ''] : given;
    if (!schema) return [`${path}: no schema ${given.$ref}`];
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches) return closest(branches.map((branch) => problemsOf(branch, value, path)));
    if (schema.allOf) return problemsOf(merged(schema.allOf, schemas), value, path);
    const types = [schema.type ?? []].flat();
    if (types.length > 0 && !types.some((type) => isOf(type, value))) {
      return [`${path}: expected ${types.join(' or ')}, got ${shown(value)}`];
    }
    if (schema.enum && !schema.enum.includes(value)) {
      return value === null && types.includes('null')
        ? []
        : [`${path}: expected one of ${schema.enum.join(', ')}, got ${shown(value)}`];
    }
    if (typeof value === 'string' && schema.format && formats[schema.format]?.test(value) === false) {
      return [`${path}: expected ${schema.format}, got ${shown(value)}`];
    }
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => (schema.items ? problemsOf(schema.items, item, `${path}[${index}]`) : []));
    }
    if (typeof value !== 'object' || value === null) return [];
    return objectProblems(schema, value as Record<string, unknown>, path, problemsOf);
  };
}

function objectProblems(
  { properties, required = [], additionalProperties: others }: JsonSchema,
  value: Record<string, unknown>,
  path: string,
  problemsOf: (schema: JsonSchema, value: unknown, path: string) => string[],
): string[] {
  const missing = required.filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  // A schema without fields describes any object.
  if (!properties && others === undefined) return missing;
  const wrong = Object.entries(value).flatMap(([name, inner]) => {
    const own = properties?.[name];
    if (own) return problemsOf(own, inner, `${path}.${name}`);
    if (typeof others === 'object') return problemsOf(others, inner, `${path}.${name}`);
    return others === true ? [] : [`${path}.${name}: not described`];
  });
  return [...missing, ...wrong];
}

function closest(problems: string[][]): string[] {
  return [...problems].sort((a, b) => a.length - b.length)[0] ?? [];
}

function merged(parts: readonly JsonSchema[], schemas: Record<string, JsonSchema>): JsonSchema {
  const whole = parts.map((part) => (part.$ref ? (schemas[part.$ref.split('/').at(-1) ?? ''] ?? {}) : part));
  return Object.assign({}, ...whole, {
    properties: Object.assign({}, ...whole.map(({ properties }) => properties ?? {})),
    required: whole.flatMap(({ required }) => required ?? []),
  });
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  // The other names are those of JavaScript.
  return typeof value === type;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
