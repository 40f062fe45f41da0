import { language } from '../i18n/language.ts';
import { say } from '../i18n/translate.ts';
import type { Session } from '../session/session.ts';
import { commonWords } from '../words/common.ts';
import { ApiError } from './error.ts';

/** Everything about the record in whose card a page is open. */
export const cardsAddress = '/api/integration/bitrix24/cards/';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface CallOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** The version that is to be replaced: another one is refused. */
  version?: number | undefined;
}

export type Api = ReturnType<typeof makeApi>;

/**
 * Makes the client of the product's REST interface. The token lives in memory; a refused one is renewed once, and `onLost` is told when
 * that does not help either.
 */
export function makeApi(session: Session, onLost: () => void) {
  /** Cards are opened with the person's own token of the portal. */
  async function headersFor(path: string, isAnew: boolean): Promise<Record<string, string>> {
    const portalToken = path.startsWith(cardsAddress) ? await session.portalToken(isAnew) : null;
    return {
      authorization: `Bearer ${await session.token()}`,
      ...(portalToken && { 'x-bitrix24-token': portalToken }),
    };
  }

  async function send(method: Method, path: string, options: CallOptions): Promise<Response> {
    let response = await attempt(method, path, options, await headersFor(path, false));
    if (response.status === 401 && (await session.renew())) {
      response = await attempt(method, path, options, await headersFor(path, false));
    } else if (await isPortalTokenRefused(response)) {
      // It may have died early: the portal gives another.
      response = await attempt(method, path, options, await headersFor(path, true));
    }
    if (response.status === 401) onLost();
    return response;
  }

  /** Calls and returns `data` of the answer; throws ApiError. */
  async function call<Data>(method: Method, path: string, options: CallOptions = {}): Promise<Data> {
    const response = await send(method, path, options);
    if (response.ok) return ((await response.json()) as { data: Data }).data;
    throw await refusal(response);
  }

  return {
    get: <Data>(path: string, query: Query = {}, signal?: AbortSignal) => call<Data>('GET', path, { query, signal }),
    post: <Data>(path: string, body: unknown = {}, version?: number) => call<Data>('POST', path, { body, version }),
    put: <Data>(path: string, body: unknown) => call<Data>('PUT', path, { body }),
    patch: <Data>(path: string, body: unknown, version?: number) => call<Data>('PATCH', path, { body, version }),
    delete: <Data>(path: string) => call<Data>('DELETE', path),

    /** What is answered as a file; throws ApiError. */
    async file(path: string, query: Query): Promise<Blob> {
      const response = await send('GET', path, { query });
      if (!response.ok) throw await refusal(response);
      return response.blob();
    },

    /** The JSON of each `data:` line of a stream of server-sent events, until it ends. EventSource could not send the token. */
    async *stream<Data>(path: string, signal: AbortSignal): AsyncGenerator<Data> {
      const response = await send('GET', path, { signal });
      if (!response.ok || !response.body) throw await refusal(response);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + part.value).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as Data;
      }
    },
  };
}

async function isPortalTokenRefused(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: unknown } | null;
  return body?.code === 'portal_token_refused';
}

async function attempt(
  method: Method,
  path: string,
  options: CallOptions,
  proofs: Record<string, string>,
): Promise<Response> {
  const { body, query = {}, signal, version } = options;
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  ).toString();
  try {
    return await fetch(search ? `${path}?${search}` : path, {
      method,
      credentials: 'omit',
      headers: {
        accept: 'application/json',
        'accept-language': language.value,
        ...proofs,
        ...(version !== undefined && { 'if-match': `"${version}"` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ status: 0, code: 'offline', message: say(commonWords.offline) });
  }
}

/** Turns an answer that is not a success into an ApiError; an answer of a proxy without our envelope gets a sentence of ours. */
export async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  return new ApiError({
    status: response.status,
    code: typeof body?.code === 'string' ? body.code : 'unknown',
    message: typeof body?.error === 'string' ? body.error : say(commonWords.serverFailed, { status: response.status }),
    data: body?.data,
    details: (body?.details ?? {}) as Record<string, unknown>,
    ...(typeof body?.request_id === 'string' && { requestId: body.request_id }),
  });
}
