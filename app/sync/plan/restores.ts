/** How often in a row a foreign change of a field that is ours was put right, and when last (RFC 3339), by pair key. */
interface Restores {
  restores: Record<string, number>;
  restoredAt: Record<string, string>;
}

interface Known {
  remoteShadow: { readonly [Part in keyof Restores]: Readonly<Restores[Part]> };
}

/**
 * A portal robot and we could put a field back against each other for ever. After this many times in a row ours yields; one
 * more would only make the fight longer, one less would give up on a person who merely edits twice.
 */
const maxRestores = 3;

/** A robot answers within minutes; a foreign change after an hour of rest is a new story. */
const restMs = 3_600_000;

/** Counts that ours is put back once more; false when that happened too often in a row. */
export function countRestore(key: string, { now, remoteShadow }: Known & { now: Date }, result: Restores): boolean {
  const inARow = hasRested(now, remoteShadow.restoredAt[key]) ? 0 : (remoteShadow.restores[key] ?? 0);
  result.restoredAt[key] = now.toISOString();
  result.restores[key] = Math.min(inARow + 1, maxRestores);
  return inARow < maxRestores;
}

/** Nothing happens to the field: how often it was put right stays as it was. */
export function keepCount(key: string, { remoteShadow }: Known, result: Restores): void {
  const { restores, restoredAt } = remoteShadow;
  if (restores[key]) result.restores[key] = restores[key];
  if (restoredAt[key]) result.restoredAt[key] = restoredAt[key];
}

function hasRested(now: Date, restoredAt: string | undefined): boolean {
  return restoredAt !== undefined && now.getTime() - Date.parse(restoredAt) >= restMs;
}
