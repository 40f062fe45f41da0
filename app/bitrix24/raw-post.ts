import type https from 'node:https';
import axios, { type AxiosError } from 'axios';
import { WireClock, type WireTimes } from './wire-clock.ts';

/** An answer with everything that the official SDK hides. */
export interface RawAnswer {
  status: number;
  data: unknown;
  headers: Record<string, unknown>;
}

export interface RawPostOptions extends WireTimes {
  agent: https.Agent;
  /** Bytes; a longer answer is not read to its end. */
  longestAnswer: number;
  headers?: Record<string, string>;
}

/** Why there is no answer, by the code of the HTTP client or of `WireClock`. Holds nothing of the request, which has secrets in it. */
export class NoAnswer extends Error {
  readonly code: string;

  constructor({ code, message }: { code: string; message: string }) {
    super(message);
    this.code = code;
  }
}

/** The HTTP client has one code for an answer that is too long and for one that breaks off; only of the second it has begun an answer. */
function causeOf({ code = 'network', message, response, cause }: AxiosError): { code: string; message: string } {
  if (response) return { code: 'ECONNRESET', message };
  return { code: (cause as { code?: string } | undefined)?.code ?? code, message };
}

/** Posts a form, JSON, or bytes as they are, past the SDK: no redirect is followed, no other time-out and no proxy of the HTTP client's own. Throws `NoAnswer`. */
export async function rawPost(
  url: string,
  body: URLSearchParams | Buffer | object,
  { agent, longestAnswer, headers, ...times }: RawPostOptions,
): Promise<RawAnswer> {
  const clock = new WireClock(times);
  try {
    const {
      status,
      data,
      headers: answered,
    } = await axios.post(url, body, {
      ...clock.settings,
      ...(headers && { headers }),
      httpsAgent: agent,
      maxContentLength: longestAnswer,
      maxRedirects: 0,
      validateStatus: () => true,
      proxy: false,
    });
    return { status, data, headers: answered as Record<string, unknown> };
  } catch (error) {
    throw new NoAnswer(clock.isOver ? clock.failure : causeOf(error as AxiosError));
  } finally {
    clock.stop();
  }
}
