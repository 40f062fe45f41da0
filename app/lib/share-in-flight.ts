/**
 * Makes a way to do the same thing once for all who ask while it is being done: they share its outcome, also its failure. Nothing is
 * remembered after it has ended.
 */
export function makeShareInFlight<Value>(): (key: string, work: () => Promise<Value>) => Promise<Value> {
  const running = new Map<string, Promise<Value>>();
  return (key, work) => {
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
