import type { ServerResponse } from 'node:http';
import type { Params } from './params.ts';

/** A request that was carried out. */
export interface Answered {
  method: string;
  params: Params;
  answer: unknown;
  /** The caller got the answer. */
  arrived: boolean;
}

/** Tells of every request that was carried out, when its connection shows whether the caller got the answer. */
export class AnsweredRequests {
  readonly #listeners = new Set<(answered: Answered) => void>();

  subscribe(listener: (answered: Answered) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow(response: ServerResponse, request: Omit<Answered, 'arrived'>): void {
    if (this.#listeners.size === 0) return;
    const tell = () => {
      for (const listener of this.#listeners) listener({ ...request, arrived: response.writableFinished });
    };
    if (response.destroyed) tell();
    else response.once('close', tell);
  }
}
