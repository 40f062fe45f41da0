/** What a list is narrowed by, and its page; each value is a text or a whole number, and has a default that the address leaves out. */
export type AddressState = Record<string, string | number>;

/** The texts that a value may be; any text where none are named. */
export type KnownTexts<State extends AddressState> = Partial<Record<keyof State, readonly string[]>>;

/** The path of an address: `#/errors?kind=user` has `#/errors`. Pure. */
export function pathOf(hash: string): string {
  return hash.split('?', 1)[0] ?? '';
}

/** The state that an address such as `#/errors?kind=user&page=2` holds. What it lacks, or holds wrongly, is the default. Pure. */
export function readAddress<State extends AddressState>(
  hash: string,
  defaults: State,
  known: KnownTexts<State> = {},
): State {
  const given = new URLSearchParams(hash.slice(pathOf(hash).length + 1));
  const entries = Object.entries(defaults).map(([key, usual]) => {
    const text = given.get(key);
    if (text === null) return [key, usual];
    if (typeof usual === 'number') return [key, /^[1-9]\d{0,8}$/.test(text) ? Number(text) : usual];
    return [key, known[key]?.includes(text) === false ? usual : text];
  });
  return Object.fromEntries(entries) as State;
}

/** The address of a list that is narrowed to one record. Pure. */
export function addressOfRecord(hash: string, kind: string, id: number): string {
  return writeAddress(hash, { local_type: kind, q: String(id) }, { local_type: '', q: '' });
}

/** The address with this state instead of its former one; what belongs to others stays. Pure. */
export function writeAddress<State extends AddressState>(hash: string, state: State, defaults: State): string {
  const path = pathOf(hash);
  const all = new URLSearchParams(hash.slice(path.length + 1));
  for (const [key, value] of Object.entries(state)) {
    if (value === defaults[key]) all.delete(key);
    else all.set(key, String(value));
  }
  const text = all.toString();
  return text === '' ? path : `${path}?${text}`;
}
