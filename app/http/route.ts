import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { AppError, Language, Text } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { AnswerSchemas, DataOf } from './answers.ts';
import type { PageName } from './pages.ts';

export const roles = ['viewer', 'user', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Somebody who works in a portal and opened one of our pages there. */
export interface Visitor {
  /** The installation of the app in the portal. */
  installation: number;
  /** The portal's own id. */
  memberId: string;
  /** The visitor's id in the portal. */
  userId: number;
  /** Administers the portal, as the portal said last. */
  isAdministrator: boolean;
}

/** Who a JWT speaks for. */
export interface Identity {
  tenantId: number;
  /** `sub` of the token. */
  subject: string;
  role: Role;
  /** When the token ends; null for one that never does. */
  expiresAt: Date | null;
  /** Null for the JWTs of the CRM itself. */
  visitor: Visitor | null;
}

/** Who calls, as the JWT proves it and the company's rules for visitors allow it. */
export interface Caller extends Identity {
  /** May see every record of the company; false: only the card that is open. */
  seesLists: boolean;
}

/**
 * What a visitor of the pages must be allowed to call a route, besides the role: `open`: to be let in at all. `card`: to read the
 * portal's record in the address, asked with the visitor's own token. `card_edit`: the same, and to change CRM records. `lists`: to see
 * all records. `edit`: to see and to change them. `admin`: everything.
 */
export const visitorNeeds = ['open', 'card', 'card_edit', 'lists', 'edit', 'admin'] as const;
export type VisitorNeed = (typeof visitorNeeds)[number];

/** What every handler may need of the request besides its validated parts. */
export interface RequestContext {
  language: Language;
  /** Under which the caller's address is counted. */
  address: string;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
  log: Log;
  /** The header `If-Match` as it was sent; null without one. */
  ifMatch: string | null;
  /** The header `Accept` in lower case; empty without one. */
  accept: string;
}

/** What was done all the same, and a person should look at. */
export interface Warning {
  path: string;
  /** Stable: callers decide by it. */
  code: string;
  text: Text;
}

/** What a handler answers; the envelope is made around it. */
export type Answer<Data = unknown> =
  /** `etag`: the version of what is answered, sent as the header `ETag`. */
  | { data: Data; status?: number; message?: Text; etag?: string; warnings?: readonly Warning[] }
  | { stream: Readable; type: string }
  /** A failure that carries data all the same (an unhealthy health check). */
  | { status: number; error: { code: string; text: Text }; data: Data };

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Maybe = z.ZodType | undefined;

/** What the interface's description says of an operation besides its schemas. */
interface Described<Answers extends AnswerSchemas> {
  path: string;
  /** One line for the interface's description. */
  summary: string;
  /** The group that it is listed in. */
  tag: string;
  /** What is answered, by HTTP status. A failure whose schema stands here carries `data` all the same. */
  answers: Answers;
  /** Statuses of failures beside those that every route has. */
  failures?: readonly number[];
}

interface RouteSchemas<
  Params extends Maybe,
  Query extends Maybe,
  Body extends Maybe,
  Answers extends AnswerSchemas = AnswerSchemas,
> extends Described<Answers> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  params?: Params;
  query?: Query;
  body?: Body;
}

interface RouteDefinition<Params extends Maybe, Query extends Maybe, Body extends Maybe, Answers extends AnswerSchemas>
  extends RouteSchemas<Params, Query, Body, Answers> {
  /** The least role that may call; absent: any role. */
  role?: Role;
  /** Absent: `lists`, `edit` or `admin`, as the role is. */
  visitors?: VisitorNeed;
  handle(
    request: RequestContext & {
      caller: Caller;
      params: Parsed<Params>;
      query: Parsed<Query>;
      body: Parsed<Body>;
    },
  ): Promise<Answer<DataOf<Answers>>>;
}

/** A route as the server mounts it: schemas validate the request and describe the interface. */
export interface Route extends RouteSchemas<Maybe, Maybe, Maybe> {
  role: Role;
  visitors: VisitorNeed;
  handle(request: RequestContext & { caller: Caller; params: unknown; query: unknown; body: unknown }): Promise<Answer>;
}

/**
 * Declares a route of the REST interface once: address, least role, schemas, and what it does. The handler gets only what has passed
 * the schemas; a route without a schema for a part refuses that part when it is not empty.
 */
export function defineRoute<
  Params extends Maybe = undefined,
  Query extends Maybe = undefined,
  Body extends Maybe = undefined,
  Answers extends AnswerSchemas = AnswerSchemas,
>(route: RouteDefinition<Params, Query, Body, Answers>): Route {
  const role = route.role ?? 'viewer';
  return { ...route, role, visitors: route.visitors ?? needOfRole[role] } as Route;
}

const needOfRole: Record<Role, VisitorNeed> = { viewer: 'lists', user: 'edit', admin: 'admin' };

/** What a callback answers: a line of text, one of the built pages, or a failure shown as a page. Only `ancestors` may frame it. */
export type CallbackAnswer =
  | { status: number; text: string }
  | { page: PageName; ancestors: readonly string[] }
  | { problem: AppError; ancestors: readonly string[] }
  | { redirect: string; cookie: CallbackCookie };

/** A cookie of a page that is never framed: only the server reads it, and it comes back from links of other sites. */
export interface CallbackCookie {
  name: string;
  value: string;
  path: string;
  maxAgeSec: number;
  secure: boolean;
}

/** A route that Bitrix24 itself, or a page of its, calls: without a JWT; its handler proves the caller by other means. */
export interface CallbackRoute {
  method: 'get' | 'post';
  path: string;
  summary: string;
  /** `form` is the nested object that the bracketed keys make; empty for a GET. */
  handle(
    request: RequestContext & {
      form: Record<string, unknown>;
      query: Record<string, unknown>;
      params: Record<string, string>;
      cookie(name: string): string | undefined;
    },
  ): Promise<CallbackAnswer>;
}

interface OpenRouteDefinition<Body extends z.ZodType, Answers extends AnswerSchemas> extends Described<Answers> {
  body: Body;
  handle(request: RequestContext & { body: z.output<Body> }): Promise<Answer<DataOf<Answers>>>;
}

/** A JSON route without a JWT: what it is sent proves the caller. */
export interface OpenRoute extends Described<AnswerSchemas> {
  body: z.ZodType;
  handle(request: RequestContext & { body: unknown }): Promise<Answer>;
}

/** Declares a POST route without a JWT. */
export function defineOpenRoute<Body extends z.ZodType, Answers extends AnswerSchemas>(
  route: OpenRouteDefinition<Body, Answers>,
): OpenRoute {
  return route as unknown as OpenRoute;
}
