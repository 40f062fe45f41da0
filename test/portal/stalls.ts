import type { ServerResponse } from 'node:http';

/** Answers that never come to their end. The connection stays open until the caller or the portal's stop closes it. */
export type StallAction =
  /** The request is taken, and no byte ever comes back. `executed`: everything is done before. */
  | { kind: 'hang'; executed?: boolean }
  /** Headers of a good answer, then one byte of it every `everyMs`. */
  | { kind: 'drip'; everyMs: number }
  /** JSON without an end, as fast as the caller reads. */
  | { kind: 'flood' };

/** Thrown where a request ends in a stall. */
export class Stall extends Error {
  readonly action: StallAction;

  constructor(action: StallAction) {
    super(`The answer never ends: ${action.kind}`);
    this.action = action;
  }
}

export function isStall(action: { kind: string } | null): action is StallAction {
  return action !== null && ['hang', 'drip', 'flood'].includes(action.kind);
}

const row = JSON.stringify({ id: 1, title: 'x'.repeat(1000) });

/** Plays a stall; resolves when the connection is closed. */
export async function playStall(response: ServerResponse, action: StallAction): Promise<void> {
  if (response.destroyed) return;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  if (action.kind !== 'hang') {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.write('{"result":{"items":[');
  }
  if (action.kind === 'drip') {
    const timer = setInterval(() => response.write(' '), action.everyMs);
    response.once('close', () => clearInterval(timer));
  }
  if (action.kind === 'flood') {
    const pour = () => {
      while (!response.destroyed && response.write(`${row},`.repeat(64)));
    };
    response.on('drain', pour);
    pour();
  }
  await closed;
}
