import https from 'node:https';

/** A call that is watched while it is under way. */
export interface OpenCall {
  /** Of the answer; 0: no headers yet. */
  readonly status: number;
  /** Of the body, so far. */
  readonly bytes: number;
  readonly state: 'open' | 'answered' | 'broken';
  /** Gives up, as a caller does whose patience is over. */
  close(): void;
}

/** Posts JSON to an address whose certificate the given authority signed, without waiting for an answer. */
export function openCall(url: string, caPem: string, json: unknown): OpenCall {
  const seen: { status: number; bytes: number; state: OpenCall['state'] } = { status: 0, bytes: 0, state: 'open' };
  const broken = () => {
    if (seen.state === 'open') seen.state = 'broken';
  };
  const request = https.request(
    url,
    // A connection of its own: a shared one would wait for the call before.
    { method: 'POST', headers: { 'content-type': 'application/json' }, ca: caPem, agent: false },
    (response) => {
      seen.status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        seen.bytes += chunk.length;
      });
      response.once('end', () => {
        seen.state = 'answered';
      });
      response.once('error', broken);
    },
  );
  request.once('error', broken);
  request.once('close', broken);
  request.end(JSON.stringify(json));
  return {
    get status() {
      return seen.status;
    },
    get bytes() {
      return seen.bytes;
    },
    get state() {
      return seen.state;
    },
    close: () => void request.destroy(),
  };
}
