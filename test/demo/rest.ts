/** Calls the app's REST interface and returns `data` of its answer; throws with the app's own words. */
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
export type Rest = (method: string, path: string, body?: unknown) => Promise<any>;

/** Makes the calls of one company's administrator. */
export function makeRest(origin: string, token: string): Rest {
  return async (method, path, body) => {
    const answer = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const envelope = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${envelope.error} (${envelope.code})`);
    return envelope.data;
  };
}
