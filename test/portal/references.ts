import type { Params } from './params.ts';

/** What earlier commands of a batch gave, by kind of reference. */
export type Earlier = Record<'result' | 'error' | 'total' | 'next' | 'time', Record<string, unknown>>;

/**
 * Replaces `$result[key][field]` in parameters. A reference that cannot be resolved is replaced by whatever encloses it, as the
 * portal does it: dangerous, and the reason never to reference into a change.
 */
export function resolveReferences(params: Params, earlier: Earlier): Params {
  return resolve(params, earlier) as Params;
}

const reference = /\$(result|error|total|next|time)((?:\[[^\]]*\])+)/g;

function resolve(value: unknown, earlier: Earlier): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, earlier));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, earlier)]));
  }
  if (typeof value !== 'string' || !value.includes('$')) return value;
  const whole = [...value.matchAll(reference)];
  if (whole.length === 1 && whole[0]?.[0] === value) return look(earlier, whole[0]);
  return value.replace(reference, (...match) => toText(look(earlier, match as unknown as RegExpMatchArray)));
}

// PHP's own words for a list or a map inside a text.
function toText(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'Array' : String(value);
}

function look(earlier: Earlier, [, kind = 'result', path = '']: RegExpMatchArray): unknown {
  let at: unknown = earlier[kind as keyof Earlier];
  for (const [, key = ''] of path.matchAll(/\[([^\]]*)\]/g)) {
    if (typeof at !== 'object' || at === null || !(key in at)) return at;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
