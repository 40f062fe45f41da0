import { z } from 'zod';
import { invalidRequest, type Text } from '../lib/errors.ts';

export interface Problem {
  path: string;
  problem: Text;
}

/** Checks a part of a request; throws `invalid_request` that names every problem at once. */
export function validate(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  const unstorable = findUnstorable(value, part);
  if (unstorable.length > 0) throw invalidProblems(unstorable);
  // What came is told beside what was expected.
  const result = (schema ?? nothing).safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw invalidProblems(result.error.issues.flatMap((issue) => toProblems(issue, part)));
}

/** The error for a list of problems, however they were found. */
function invalidProblems(problems: readonly Problem[]) {
  const sentence = (language: 'ru' | 'en') =>
    problems.map(({ path, problem }) => `${path}: ${problem[language]}`).join('; ');
  return invalidRequest(
    { ru: `Неверный запрос. ${sentence('ru')}`, en: `Invalid request. ${sentence('en')}` },
    problems,
  );
}

interface Place {
  value: unknown;
  key: string;
  parent: Place | null;
}

/**
 * Texts that JSON can carry and PostgreSQL cannot keep: the character NUL, and half of a surrogate pair. A loop, not a recursion,
 * because a body of a megabyte may be nested half a million levels deep.
 */
function findUnstorable(value: unknown, part: string): Problem[] {
  const problems: Problem[] = [];
  const waiting: Place[] = [{ value, key: '', parent: null }];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    if (isUnstorable(place.value) || isUnstorable(place.key)) {
      problems.push({ path: join(pathOf(place), part), problem: unstorable });
    } else if (typeof place.value === 'object' && place.value !== null) {
      for (const [key, inner] of Object.entries(place.value)) waiting.push({ value: inner, key, parent: place });
    }
  }
  return problems;
}

function isUnstorable(text: unknown): boolean {
  return typeof text === 'string' && (text.includes('\0') || /\p{Surrogate}/u.test(text));
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let at = place; at.parent; at = at.parent) path.unshift(at.key);
  return path;
}

const unstorable: Text = {
  ru: 'недопустимые символы: NUL или половина составного символа',
  en: 'characters that cannot be kept: NUL or half of a surrogate pair',
};

const nothing = z.union([z.undefined(), z.strictObject({})]);

function toProblems(issue: z.core.$ZodIssue, part: string): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: join(issue.path, part, key), problem: unknownKey }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that came closest tells more than "none fits".
    const [closest] = [...issue.errors].sort((a, b) => a.length - b.length);
    if (closest?.length) {
      return closest.flatMap((inner) => toProblems({ ...inner, path: [...issue.path, ...inner.path] }, part));
    }
  }
  return [{ path: join(issue.path, part), problem: textOf(issue) }];
}

function join(path: readonly PropertyKey[], part: string, key?: string): string {
  const parts = [...path.map(String), ...(key === undefined ? [] : [key])];
  return parts.length > 0 ? parts.join('.') : part;
}

const unknownKey: Text = { ru: 'неизвестное поле', en: 'unknown field' };

const types: Record<string, Text> = {
  string: { ru: 'строка', en: 'a string' },
  number: { ru: 'число', en: 'a number' },
  int: { ru: 'целое число', en: 'an integer' },
  boolean: { ru: 'true или false', en: 'true or false' },
  array: { ru: 'список', en: 'a list' },
  object: { ru: 'объект', en: 'an object' },
  undefined: { ru: 'пустое тело', en: 'an empty body' },
  date: { ru: 'дата', en: 'a date' },
};

/** What came instead, by its kind; never the value itself, which may be a secret. */
function gotOf(value: unknown): Text {
  if (value === undefined) return { ru: 'ничего', en: 'nothing' };
  if (value === null) return { ru: 'null', en: 'null' };
  if (Array.isArray(value)) return { ru: 'список', en: 'a list' };
  if (typeof value === 'boolean') return { ru: String(value), en: String(value) };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { ru: 'число', en: 'a number' } : { ru: 'дробное число', en: 'a fraction' };
  }
  return typeof value === 'string' ? { ru: 'текст', en: 'text' } : { ru: 'объект', en: 'an object' };
}

const formats: Record<string, Text> = {
  email: { ru: 'нужен адрес вида name@example.ru', en: 'expected an address like name@example.com' },
  date: { ru: 'нужна дата ГГГГ-ММ-ДД, которая есть в календаре', en: 'expected a real date, YYYY-MM-DD' },
  datetime: { ru: 'нужно время вида 2026-01-27T10:30:01Z', en: 'expected a time like 2026-01-27T10:30:01Z' },
  url: { ru: 'нужен адрес https://…', en: 'expected an address https://…' },
};

function textOf(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined && issue.path.length > 0) return { ru: 'обязательное поле', en: 'required' };
      const type = types[issue.expected] ?? { ru: issue.expected, en: issue.expected };
      const got = gotOf(issue.input);
      return { ru: `нужно: ${type.ru}, получено: ${got.ru}`, en: `must be ${type.en}, got ${got.en}` };
    }
    case 'too_small':
      return limit(issue.origin, issue.minimum, { ru: 'не меньше', en: 'at least' });
    case 'too_big':
      return limit(issue.origin, issue.maximum, { ru: 'не больше', en: 'at most' });
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      if (issue.input === undefined && issue.path.length > 0) {
        return { ru: `обязательное поле, одно из: ${values}`, en: `required, one of: ${values}` };
      }
      return { ru: `одно из: ${values}`, en: `one of: ${values}` };
    }
    case 'invalid_format':
      return formats[issue.format] ?? { ru: 'неверный формат', en: 'wrong format' };
    case 'custom': {
      const text = issue.params?.text as Text | undefined;
      return text ?? { ru: 'недопустимое значение', en: 'not allowed' };
    }
    default:
      return { ru: 'недопустимое значение', en: 'not allowed' };
  }
}

function limit(origin: string, bound: number | bigint, words: Text): Text {
  if (origin === 'string' && bound === 1 && words.en === 'at least')
    return { ru: 'не может быть пустым', en: 'may not be empty' };
  const unit: Text = origin === 'string' ? { ru: ' символов', en: ' characters' } : { ru: '', en: '' };
  return { ru: `${words.ru} ${bound}${unit.ru}`, en: `${words.en} ${bound}${unit.en}` };
}
