import type { ClientRequest, IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';

export interface WireTimes {
  /** How long a request may wait for a connection, in ms: nothing is sent meanwhile. */
  waitMs: number;
  /** From then on for the whole answer, to its last byte, in ms. */
  timeoutMs: number;
}

/**
 * Ends a request when its time is over. The time begins when the request has a connection of its own: waiting for one behind others says
 * nothing about the server that is asked, and what waited only was never sent. The HTTP client's own time-out begins anew with every byte.
 */
export class WireClock {
  readonly #times: WireTimes;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout;
  #isOnWire = false;
  #asked: AbortSignal | undefined;
  readonly #onAsked = () => this.#end.abort();

  constructor(times: WireTimes) {
    this.#times = times;
    this.#timer = this.#after(times.waitMs);
  }

  /** What the HTTP client is given for the request. */
  get settings() {
    return { signal: this.#end.signal, transport: { request: this.#request.bind(this) } };
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Why the request was ended, as the cause of a network failure. */
  get failure(): { code: string; message: string } {
    const { waitMs, timeoutMs } = this.#times;
    return this.#isOnWire
      ? { code: 'deadline', message: `no whole answer within ${timeoutMs} ms` }
      : { code: 'no_socket', message: `no connection within ${waitMs} ms` };
  }

  /** Ends the request with this signal as well: its answer is of no use to a job that has to end. Repeat-safe. */
  endWith(signal: AbortSignal): void {
    this.#asked = signal;
    if (signal.aborted) this.#end.abort();
    signal.addEventListener('abort', this.#onAsked);
  }

  /** The request has come to its end. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#asked?.removeEventListener('abort', this.#onAsked);
  }

  #request(options: RequestOptions, onResponse: (answer: IncomingMessage) => void): ClientRequest {
    const request = https.request(options, onResponse);
    request.once('socket', () => {
      if (this.isOver) return;
      this.#isOnWire = true;
      clearTimeout(this.#timer);
      this.#timer = this.#after(this.#times.timeoutMs);
    });
    return request;
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#end.abort(), ms).unref();
  }
}
