/** Where a text stops being JSON, as editors count it: from 1, in characters. */
export interface JsonBreak {
  line: number;
  column: number;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'end of text';

const blanks = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in texts
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plain = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Finds the first place where a text is no JSON (RFC 8259): engines tell it in words of their own, or not at all. Null when all of it is.
 * A loop, not a recursion, because a body of a megabyte may be nested half a million levels deep. Pure.
 */
export function findJsonBreak(text: string): JsonBreak | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = skip(blanks, text, 0);
  while (at < text.length) {
    const next = step(text, at, expected, open);
    if (next === null) return placeOf(text, at);
    expected = next.expected;
    at = skip(blanks, text, next.at);
  }
  return expected === 'end of text' ? null : placeOf(text, at);
}

interface Step {
  at: number;
  expected: Expected;
}

/** What may follow the token that begins at `at`; null when no token may. Keeps what is open. */
function step(text: string, at: number, expected: Expected, open: ('{' | '[')[]): Step | null {
  const sign = text[at];
  if (expected === ':') return sign === ':' ? { at: at + 1, expected: 'value' } : null;
  if (expected === 'end of text') return null;
  const opened = open.at(-1);
  const mayClose = expected === ', or end' || expected === (opened === '{' ? 'key or }' : 'value or ]');
  if (opened && mayClose && sign === (opened === '{' ? '}' : ']')) {
    open.pop();
    return { at: at + 1, expected: afterValue(open) };
  }
  if (expected === ', or end') {
    return sign === ',' ? { at: at + 1, expected: opened === '{' ? 'key' : 'value' } : null;
  }
  if (expected === 'key' || expected === 'key or }') return after(string, text, at, ':');
  if (sign === '{' || sign === '[') {
    open.push(sign);
    return { at: at + 1, expected: sign === '{' ? 'key or }' : 'value or ]' };
  }
  return after(sign === '"' ? string : plain, text, at, afterValue(open));
}

function afterValue(open: readonly string[]): Expected {
  return open.length > 0 ? ', or end' : 'end of text';
}

function after(token: RegExp, text: string, at: number, expected: Expected): Step | null {
  const end = skip(token, text, at);
  return end > at ? { at: end, expected } : null;
}

/** Where the token that begins at `at` ends; `at` when there is none. */
function skip(token: RegExp, text: string, at: number): number {
  token.lastIndex = at;
  return token.test(text) ? token.lastIndex : at;
}

function placeOf(text: string, at: number): JsonBreak {
  const before = text.slice(0, at);
  const lines = before.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 };
}
