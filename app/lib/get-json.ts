export interface GetJsonLimits {
  /** For the whole answer, to its last byte, in ms. */
  timeoutMs: number;
  /** Bytes; a longer answer is not read to its end. */
  longestAnswer: number;
}

/** Reads JSON from an address. Throws when it is not answered in time, with 200 and within the length. No redirect is followed. */
export async function getJson(url: string, { timeoutMs, longestAnswer }: GetJsonLimits): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    // Leaving the loop closes the connection.
    if (length > longestAnswer) throw new Error(`An answer of more than ${longestAnswer} bytes`);
    parts.push(part);
  }
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
