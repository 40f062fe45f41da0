import type { ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { type AnswerSchemas, list, type TextAnswer } from './answers.ts';

const warning = z
  .object({ path: z.string(), code: z.string(), text: z.string() })
  .meta({ id: 'Warning', description: 'What was done all the same, and a person should look at.' });

const problem = z.object({ path: z.string(), problem: z.string() });

const failure = z
  .object({
    status: z.literal('error'),
    error: z.string().describe("A sentence for people, in the caller's language."),
    code: z.string().describe('Stable: callers decide by it.'),
    request_id: z.string().describe('What support finds the log lines by; also the header `x-request-id`.'),
    details: z
      .union([list(problem), z.looseObject({})])
      .optional()
      .describe('Facts for programs: the wrong fields of a request, each with its path.'),
  })
  .meta({ id: 'Failure' });

const begun: Record<number, string> = {
  200: 'Success',
  201: 'It was made',
  202: 'It has begun and goes on by itself',
};

/** What each failure means, with the code that it mostly has. */
const failures: Record<number, { description: string; code: string; error: string; details?: unknown }> = {
  400: {
    description: 'The request is wrong; `details` names each field',
    code: 'invalid_request',
    error: 'Invalid request. name: required',
    details: [{ path: 'name', problem: 'required' }],
  },
  401: { description: 'No token, or one that does not hold', code: 'token_missing', error: 'A token is needed' },
  403: { description: 'The caller may not do this', code: 'role_required', error: 'The role admin is needed' },
  404: { description: 'There is no such record in the company', code: 'not_found', error: 'Record not found' },
  409: {
    description: 'Not possible as things stand',
    code: 'not_connected',
    error: 'The company is not set up for Bitrix24',
  },
  413: {
    description: 'The body is larger than 1 MB',
    code: 'body_too_large',
    error: 'The request body is too large, at most 1 MB',
  },
  415: {
    description: 'The body is no JSON',
    code: 'unsupported_body_type',
    error: 'The request body must be JSON (Content-Type: application/json)',
  },
  422: { description: 'The portal refused it', code: 'task_refused', error: 'The portal refused the task' },
  429: {
    description: 'Too many requests; `Retry-After` says when to ask again',
    code: 'too_many_requests',
    error: 'Too many requests, try again in 10 s',
  },
  500: {
    description: 'A defect; it has been logged',
    code: 'internal_error',
    error: 'Internal error. It has been logged; tell support the request_id',
  },
  502: { description: 'The portal failed', code: 'portal_unreachable', error: 'The portal cannot be reached' },
  503: {
    description: 'Not now: the database, or the portal, is away or busy; `Retry-After` may say when to ask again',
    code: 'database_unavailable',
    error: 'The database cannot be reached',
  },
};

const waits = {
  'Retry-After': { schema: { type: 'integer' as const }, description: 'Seconds after which to ask again.' },
};

/** Every answer of a route: what it declares, and the failures that it can end with. */
export function responsesOf(answers: AnswerSchemas, statuses: readonly number[]): Record<string, ResponseConfig> {
  const successes = Object.entries(answers).filter(([status]) => Number(status) < 400);
  const refusals = [...new Set(statuses)].sort((a, b) => a - b);
  return Object.fromEntries([
    ...successes.map(([status, answer]) => [status, successOf(Number(status), answer)]),
    ...refusals.map((status) => [String(status), failureOf(status, answers[status])]),
  ]);
}

function successOf(status: number, answer: AnswerSchemas[number]): ResponseConfig {
  const description = begun[status] ?? 'Success';
  if (isText(answer)) return { description: answer.description, content: textContent(answer) };
  const data = answer instanceof z.ZodType ? answer : answer.data;
  const envelope = z.object({
    status: z.literal('success'),
    data,
    message: z.string().optional().describe('What was done, for people.'),
    warnings: list(warning).optional(),
  });
  const json = { 'application/json': { schema: envelope } };
  const text = answer instanceof z.ZodType ? {} : textContent(answer.text);
  return { description, content: { ...json, ...text } };
}

function failureOf(status: number, data: AnswerSchemas[number] | undefined): ResponseConfig {
  const { description = 'Failure', code, error, details } = failures[status] ?? { code: 'failed', error: 'Failed' };
  const example = { status: 'error', error, code, request_id: exampleId, ...(details !== undefined && { details }) };
  // A failure that carries data all the same is told apart by its schema.
  const carrying = data instanceof z.ZodType;
  const schema = carrying ? failure.extend({ data }).meta({ id: undefined }) : failure;
  return {
    description,
    ...([429, 503].includes(status) && { headers: waits }),
    content: { 'application/json': { schema, ...(!carrying && { example }) } },
  };
}

const exampleId = 'b7c1f7d0-6d9c-4f2e-9d68-0f2f4c0f4a11';

function isText(answer: AnswerSchemas[number]): answer is TextAnswer {
  return !(answer instanceof z.ZodType) && 'type' in answer;
}

function textContent({ type }: TextAnswer) {
  return { [type]: { schema: z.string() } };
}

/** What the portal's own callers are answered: a line of text, or a page. */
export const callbackResponses: Record<string, ResponseConfig> = {
  200: {
    description: 'Done, or a page of the application',
    content: { 'text/plain': { schema: z.string() }, 'text/html': { schema: z.string() } },
  },
  302: { description: 'On to the portal' },
  400: { description: 'The request is not one that Bitrix24 sends; a page, or a failure as everywhere' },
  403: { description: 'The caller is not who it says' },
  404: { description: 'There is no such place' },
  409: { description: 'Not possible as things stand' },
  413: { description: 'The form is larger than 1 MB' },
  415: { description: 'The body is no form' },
  429: { description: 'Too many requests', headers: waits },
  500: { description: 'A defect; it has been logged' },
  502: { description: 'The portal failed' },
  503: { description: 'Not now', headers: waits },
};
